import type { Ref, TargetedInputEvent } from "preact";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isBusy } from "../model/uploads.ts";
import { useDesk, useView } from "./desk.ts";
import { Icon, type IconName } from "./Icon.tsx";
import { later } from "./later.tsx";

const Tray = later(() => import("./attach/Tray.tsx"));
const Emoji = later(() => import("./emoji/Emoji.tsx"));

export interface ComposerHandle {
  focus(): void;
  attach(files: Iterable<File>): void;
}

interface Props {
  handle: Ref<ComposerHandle>;
  disabled: boolean;
  /** Whoever answers sees what is typed before it is sent. */
  seen: boolean;
}

export function Composer({ handle, disabled, seen }: Props) {
  const { chat, draft, say, uploads } = useDesk();
  const files = useView(uploads);
  const [text, write] = useState(() => draft.read());
  const [picking, pick] = useState(false);
  const [full, fill] = useState(false);
  /** They have sent it, and a file is still on its way: it goes with the file. */
  const [wish, want] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const busy = isBusy(files);
  const filled = text.trim() !== "" || files.some((one) => one.file);
  const ready = !disabled && !wish && (filled || busy);

  const focus = () => field.current!.focus({ preventScroll: true });
  const attach = (picked: Iterable<File>) => {
    want(false);
    fill(uploads.add([...picked]) > 0);
  };
  useImperativeHandle(handle, () => ({ focus, attach }), []);
  useLayoutEffect(() => {
    draft.write(text); // at once: whoever leaves the page may be quicker than its next frame
    fit(field.current!);
  }, [text]);

  useEffect(() => {
    if (!wish || busy) return;
    want(false);
    if (filled && !files.some((one) => one.state === "failed")) send();
  }, [wish, files]);

  function submit(event: Event) {
    event.preventDefault();
    if (!ready) return;
    if (busy) want(true);
    else send();
    focus();
  }
  function send() {
    chat.say(text, { files: uploads.take() });
    write("");
    pick(false);
    fill(false);
  }
  function insert(words: string) {
    const { selectionStart, selectionEnd } = field.current!;
    const at = selectionStart + words.length;
    write(text.slice(0, selectionStart) + words + text.slice(selectionEnd));
    queueMicrotask(() => field.current?.setSelectionRange(at, at));
  }
  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  }
  function onInput(event: TargetedInputEvent<HTMLTextAreaElement>) {
    write(event.currentTarget.value);
    want(false);
    if (event.currentTarget.value.trim()) chat.type(event.currentTarget.value);
    else chat.rest();
  }
  function onPaste(event: ClipboardEvent) {
    const pasted = event.clipboardData?.files;
    if (!pasted?.length) return;
    event.preventDefault();
    attach(pasted);
  }

  return (
    <form class="composer" onSubmit={submit}>
      {files.length > 0 && <Tray files={files} />}
      {full && (
        <p class="tray-full" role="alert">
          {say("upload.full")}
        </p>
      )}
      {wish && (
        <p class="seen" role="status">
          {say("upload.wish")}
        </p>
      )}
      {picking && (
        <Emoji
          pick={insert}
          close={() => {
            pick(false);
            focus();
          }}
        />
      )}
      {seen && <p class="seen">{say("seen")}</p>}
      <div class="row">
        <Picker name="attach" label={say("attach")} disabled={disabled} attach={attach} />
        <Picker name="camera" label={say("photo")} disabled={disabled} attach={attach} />
        <textarea
          ref={field}
          value={text}
          rows={1}
          maxLength={4000}
          enterkeyhint="send"
          aria-label={say("write")}
          placeholder={say("write")}
          disabled={disabled}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => chat.rest()}
        />
        <button
          type="button"
          class="icon smile"
          aria-label={say("emoji")}
          title={say("emoji")}
          aria-expanded={picking}
          disabled={disabled}
          onClick={() => pick(!picking)}
        >
          <Icon name="smile" />
        </button>
        <button type="submit" class="send" aria-label={say("send")} title={say("send")} disabled={!ready}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

interface PickerProps {
  /** `camera` takes a picture, where there is one to take it with. */
  name: IconName & ("attach" | "camera");
  label: string;
  disabled: boolean;
  attach: (files: FileList) => void;
}

function Picker({ name, label, disabled, attach }: PickerProps) {
  const input = useRef<HTMLInputElement>(null);
  function picked() {
    attach(input.current!.files!);
    input.current!.value = ""; // so that the same file can be picked again
  }
  const camera = { accept: "image/*", capture: "environment" } as const;
  return (
    <>
      <button
        type="button"
        class={`icon ${name}`}
        aria-label={label}
        title={label}
        disabled={disabled}
        onClick={() => input.current!.click()}
      >
        <Icon name={name} />
      </button>
      <input
        ref={input}
        type="file"
        hidden
        tabIndex={-1}
        aria-label={label}
        onChange={picked}
        {...(name === "camera" ? camera : { multiple: true })}
      />
    </>
  );
}

function fit(field: HTMLTextAreaElement) {
  field.style.setProperty("height", "auto");
  if (field.scrollHeight) field.style.setProperty("height", `${Math.min(field.scrollHeight, 132)}px`);
}
