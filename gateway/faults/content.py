"""What can't be used of a bot's content; each comes with its file and, where it is known, its line."""

from __future__ import annotations

from gateway.faults import Kind

# files
NO_FOLDER = Kind("content_no_folder", "There is no such folder; give the folder that holds domain.yml.")
NO_DOMAIN = Kind("content_no_domain", "There is no domain.yml with intents:, so there is nothing to learn.")
MANY_FILES = Kind("content_many_files", "More than {limit} YAML files; join some of them.")
DEEP_FOLDERS = Kind("content_deep_folders", "Folders are nested deeper than {limit}.")
LINK = Kind("content_link", "Links are not followed; put the file itself here.")
NO_FILE = Kind("content_no_file", "This is no regular file.")
UNREADABLE = Kind("content_unreadable", "Can't be read: {problem}.")
LARGE_FILE = Kind("content_large_file", "Larger than {limit} MB; split it.")
LARGE = Kind("content_large", "More than {limit} MB of content in all.")
NO_ARCHIVE = Kind("content_no_archive", "This is no ZIP archive, or a broken one.")
PATH = Kind("content_path", "Files of an archive lie below its folder: no “..”, and no name that begins with a slash.")
NO_TABLE = Kind("content_no_table", "This is no table of questions and answers: its first line names the columns.")
TABLE_COLUMN = Kind("content_table_column", "The table has no column “{name}”.")
NO_MESSAGES = Kind(
    "content_no_messages",
    "No messages with intents: give a CSV with the columns text and intent, or a YAML file with nlu:.",
)
NO_SPLIT = Kind("content_no_split", "It has no part “{name}”.")
NOT_UTF8 = Kind("content_not_utf8", "Not UTF-8; save the file in UTF-8.")

# YAML
YAML_TAB = Kind("content_yaml_tab", "Not valid YAML: a tab stands here. Indent with blanks.")
YAML_CHARACTER = Kind("content_yaml_character", "Not valid YAML: no value begins with {character}. Put it into quotes.")
YAML_COLON = Kind(
    "content_yaml_colon",
    "Not valid YAML: no colon may stand here. Put a text that has one into quotes, or correct how the line is indented.",
)
YAML_DASH = Kind("content_yaml_dash", "Not valid YAML: no dash may stand here. Begin a list on a line of its own.")
YAML_OPEN = Kind("content_yaml_open", "Not valid YAML: a quote or a bracket isn't closed.")
YAML_INDENT = Kind(
    "content_yaml_indent",
    "Not valid YAML: this doesn't go on what is above it. Indent it as that is, or quote all of it.",
)
NOT_YAML = Kind("content_not_yaml", "Not valid YAML: {problem}.")
DEEP = Kind("content_deep", "Nested deeper than {limit}.")
DOCUMENTS = Kind("content_documents", "Only one document a file; remove the line with ---.")
TAG = Kind("content_tag", "The tag {tag} isn't allowed; write a plain value.")
MERGE_KEY = Kind("content_merge_key", "Merge keys aren't supported.")
TWICE = Kind("content_twice", "“{name}” stands here twice.")
MANY_ALIASES = Kind("content_many_aliases", "More than {limit} aliases.")
ALIAS = Kind("content_alias", "The alias *{name} names nothing that stands before it.")
MANY_VALUES = Kind("content_many_values", "More than {limit} values in one file.")
NOT_A_LIST = Kind("content_not_a_list", "{what} must be a list; begin each entry with a dash.")
NOT_A_MAPPING = Kind("content_not_a_mapping", "{what} must be a mapping of names to values.")
NOT_A_TEXT = Kind("content_not_a_text", "{what} must be a text.")

# nlu
ENTRY = Kind("content_entry", "An entry of nlu begins with intent:, synonym:, regex: or lookup:.")
NAME = Kind("content_name", "A name has 1 to {limit} characters.")
MANY_EXAMPLES = Kind("content_many_examples", "More than {limit} examples of one intent.")
MANY_LOOKUPS = Kind("content_many_lookups", "More than {limit} values of one lookup.")
NO_DASH = Kind("content_no_dash", "An example of {what} must begin with “- ”.")
EXAMPLE = Kind("content_example", "An example has 1 to {limit} characters.")
ANNOTATION = Kind("content_annotation", "The annotation after “[{text}]” isn't valid: {problem}.")
LONG_PATTERN = Kind("content_long_pattern", "This pattern can't be used: it is longer than {limit} characters.")
PATTERN = Kind(
    "content_pattern", "This pattern can't be used: it isn't a valid regular expression ({problem})."
)  # fmt: skip
EMPTY_PATTERN = Kind("content_empty_pattern", "This pattern can't be used: it matches an empty text.")
SLOW_PATTERN = Kind(
    "content_slow_pattern",
    "This pattern can't be used: it can take very long; have at most three * or +, and none inside a repeated group.",
)
RICH_PATTERN = Kind(
    "content_rich_pattern",
    "This pattern can't be used: references, look-around and possessive repeats aren't supported.",
)

# domain and rules
RESPONSE_TWICE = Kind("content_response_twice", "The response “{name}” stands in two files; keep one.")
RESPONSE_EMPTY = Kind("content_response_empty", "The response “{name}” has no text; add a line “- text: …”.")
VARIATION = Kind(
    "content_variation", "This variation of “{name}” says nothing: give it a text:, an image: or a custom:."
)
TEXT = Kind("content_text", "A text has 1 to {limit} characters.")
BUTTON = Kind("content_button", "A button has a title: and a payload: (or a url:).")
CARD = Kind("content_card", "A card has a title:.")
ADDRESS = Kind("content_address", "An address begins with {schemes} and holds no spaces.")
CONDITION = Kind("content_condition", "A condition is {shape}.")
RULE = Kind("content_rule", "A rule has a name (rule: …) and steps:.")
CONTRADICTION = Kind(
    "content_contradiction",
    "“{name}” and “{other}” ({place}) begin alike and go on differently; keep one, or give one a condition:.",
)
CYCLE = Kind("content_cycle", "“{name}” leads back to itself ({path}), so the bot would never stop; break the circle.")
SLOT_TWICE = Kind("content_slot_twice", "The slot “{name}” stands in two files; keep one.")
SLOT_TYPE = Kind("content_slot_type", "A slot's type is one of {types}.")
SLOT = Kind("content_slot", "“{name}” isn't in slots: of the domain; add it, or correct its name.")
CONDITIONS = Kind("content_conditions", "A condition names an active_loop: or a slot_was_set:.")
STORY = Kind("content_story", "A story has a name (story: …) and steps:.")
STORIES_MANY = Kind("content_stories_many", "Its checkpoints make more than {limit} stories; write fewer of them.")
TESTS_MANY = Kind("content_tests_many", "More than {limit} test stories; leave some out.")
CHECKPOINT = Kind("content_checkpoint", "No story begins with the checkpoint “{name}”.")
MANY_INTENTS = Kind("content_many_intents", "More than {limit} intents.")
SETTING = Kind("content_setting", "“{name}” isn't a setting here; known are {known}.")
NUMBER = Kind("content_number", "“{name}” is a number from {least} to {most}.")
KIND = Kind("content_kind", "“{name}” is one of {known}.")
INTENT = Kind("content_intent", "The intent “{name}” isn't in the domain; add it to intents: in domain.yml.")
RULE_INTENT = Kind("content_rule_intent", "The rule answers “{name}”, which isn't in intents: of the domain.")
RESPONSE = Kind("content_response", "“{name}” isn't in responses: of the domain; add it, or correct its name.")
FORM = Kind("content_form", "The form “{name}” isn't in forms: of the domain.")
BUTTON_INTENT = Kind("content_button_intent", "The button leads to “/{name}”, but the domain has no such intent.")

# what can be used, but isn't honoured in full
SECRETS = Kind("content_secrets", "Holds addresses and tokens of servers: it is left out.")
RASA_ONLY = Kind("content_rasa_only", "Rasa's own settings; this engine has none of them.")
FOREIGN = Kind("content_foreign", "“{name}” isn't honoured by this engine.")
FOREIGN_IN = Kind("content_foreign_in", "“{name}” in “{where}” isn't honoured by this engine.")
BARE_INTENT = Kind("content_bare_intent", "The intent “{name}” has no examples: only a button can lead to it.")
UNANSWERED = Kind("content_unanswered", "Nothing answers “{name}”: a person does.")
SOUND_CHANNEL = Kind(
    "content_sound_channel",
    "The sound “{name}” in “{where}” is never heard: only a variation with channel: voice plays one.",
)
SOUND_FIXED = Kind(
    "content_sound_fixed",
    "“{where}” says values ({values}) that the sound “{name}” can't know: it is spoken by the voice.",
)
SOUND_WORDS = Kind(
    "content_sound_words", "“{where}” has the sound “{name}” and no words: write what is said in it, for captions."
)
SOUND_UNKNOWN = Kind(
    "content_sound_unknown", "“{where}” names the sound “{name}”, which isn't there: it is spoken by the voice."
)
SOUND_LANGUAGE = Kind(
    "content_sound_language",
    "The sound “{name}” in “{where}” is in another language ({language}): it is spoken by the voice.",
)
PAYLOAD = Kind("content_payload", "The payload “{text}” isn't /intent: pressing it is read as its title.")
MAPPING = Kind("content_mapping", "A mapping of “{name}” ({kind}) isn't honoured: custom actions alone can fill it.")
EXTRACTOR = Kind("content_extractor", "“{name}” isn't in entities: of the domain, so nothing is recognized by it.")
RULE_TURNS = Kind("content_rule_turns", "The rule “{name}” has several customer turns and isn't run; make it a story.")
STEP = Kind("content_step", "“{step}” in “{name}” isn't honoured, so all of “{name}” is left out.")
UNKNOWN_ACTION = Kind(
    "content_unknown_action",
    "“{name}” is neither a response nor a form nor in actions: of the domain: a person does it.",
)
NOT_ASKED = Kind("content_not_asked", "Nothing asks for “{name}” (utter_ask_{name}); the bot's own sentence does.")
FORMS_FILE = Kind("content_forms_file", "The business's forms can't be read: {problem}.")
FILLS = Kind(
    "content_fills",
    "The business has no form “{name}” that is in use, so what is filled in goes to people. Set it up, or correct its name.",
)
FILLS_UNSEEN = Kind(
    "content_fills_unseen", "What the business's form “{name}” asks isn't known here (there is no forms.toml)."
)
FILLS_NOT = Kind("content_fills_not", "The form “{form}” doesn't ask for “{name}”, so the bot doesn't, either.")
FILLS_TOLD = Kind(
    "content_fills_told",
    "“{name}” of the form “{form}” is what Switchboard itself tells; give the question another name, or no response can say it.",
)
FILLS_MANY = Kind(
    "content_fills_many", "The form “{name}” has more than {limit} questions; the bot remembers no more answers."
)
