"""The messages of Yandex SpeechKit's streaming recognition (``speechkit.stt.v3``), as far as we use them.

The fields and their numbers are those of the public interface, https://github.com/yandex-cloud/cloudapi,
``yandex/cloud/ai/stt/v3/stt.proto``. The package that brings it ready made (``yandexcloud``) holds all of Yandex Cloud and wants a
protobuf older than ours; enumerations are plain numbers here, which is the same on the wire.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "speechkit.stt.v3"
METHOD = f"/{PACKAGE}.Recognizer/RecognizeStreaming"
LINEAR16_PCM = 1
NORMALIZED = 1
WHITELIST = 1
REAL_TIME = 1

MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "RawAudio": {"audio_encoding": (1, "int32"), "sample_rate_hertz": (2, "int64"), "audio_channel_count": (3, "int64")},
    "AudioFormatOptions": {"raw_audio": (1, "RawAudio")},
    "TextNormalizationOptions": {"text_normalization": (1, "int32"), "profanity_filter": (2, "bool"), "literature_text": (3, "bool")},
    "LanguageRestrictionOptions": {"restriction_type": (1, "int32"), "language_code": (2, "string*")},
    "RecognitionModelOptions": {
        "model": (1, "string"), "audio_format": (2, "AudioFormatOptions"), "text_normalization": (3, "TextNormalizationOptions"),
        "language_restriction": (4, "LanguageRestrictionOptions"), "audio_processing_type": (5, "int32"),
    },
    "ExternalEouClassifier": {},
    "EouClassifierOptions": {"external_classifier": (2, "ExternalEouClassifier")},
    "StreamingOptions": {"recognition_model": (1, "RecognitionModelOptions"), "eou_classifier": (2, "EouClassifierOptions")},
    "AudioChunk": {"data": (1, "bytes")},
    "SilenceChunk": {"duration_ms": (1, "int64")},
    "Eou": {},
    "StreamingRequest": {
        "session_options": (1, "StreamingOptions"), "chunk": (2, "AudioChunk"), "silence_chunk": (3, "SilenceChunk"), "eou": (4, "Eou"),
    },
    "Word": {"text": (1, "string"), "start_time_ms": (2, "int64"), "end_time_ms": (3, "int64")},
    "Alternative": {"words": (1, "Word*"), "text": (2, "string"), "confidence": (5, "double")},
    "AlternativeUpdate": {"alternatives": (1, "Alternative*")},
    "AudioCursors": {"final_index": (5, "int64")},
    "EouUpdate": {"time_ms": (2, "int64")},
    "FinalRefinement": {"final_index": (1, "int64"), "normalized_text": (2, "AlternativeUpdate")},
    "StatusCode": {"code_type": (1, "int32"), "message": (2, "string")},
    "StreamingResponse": {
        "audio_cursors": (2, "AudioCursors"), "partial": (4, "AlternativeUpdate"), "final": (5, "AlternativeUpdate"),
        "eou_update": (6, "EouUpdate"), "final_refinement": (7, "FinalRefinement"), "status_code": (8, "StatusCode"),
    },
}  # fmt: skip
"""By message its fields: number and type, with ``*`` where there are many."""
CHOICES = {"StreamingRequest": tuple(MESSAGES["StreamingRequest"])}
"""Fields of which a message has one."""


def _made() -> dict[str, Any]:
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="speechkit_stt_v3.proto", package=PACKAGE, syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        if name in CHOICES:
            message.oneof_decl.add(name="Event")
        for known, (number, kind) in fields.items():
            bare = kind.removesuffix("*")
            added = message.field.add(name=known, number=number)
            added.label = field.LABEL_REPEATED if kind.endswith("*") else field.LABEL_OPTIONAL
            added.type = field.TYPE_MESSAGE if bare in MESSAGES else field.Type.Value(f"TYPE_{bare.upper()}")
            if bare in MESSAGES:
                added.type_name = f".{PACKAGE}.{bare}"
            if known in CHOICES.get(name, ()):
                added.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in MESSAGES}


made = _made()
"""The classes of the messages, by name."""
