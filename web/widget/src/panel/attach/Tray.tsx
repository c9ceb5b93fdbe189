import { fileSize } from "@switchboard/protocol";
import type { Upload } from "../../model/uploads.ts";
import { useDesk } from "../desk.ts";
import css from "./tray.css?inline";
import { Icon } from "../Icon.tsx";

/** The files that go with the next message. */
export function Main({ files }: { files: readonly Upload[] }) {
  const { adopt, say } = useDesk();
  adopt(css);
  return (
    <ul class="tray" aria-label={say("files")}>
      {files.map((file) => (
        <Row key={file.id} file={file} />
      ))}
    </ul>
  );
}

function Row({ file }: { file: Upload }) {
  const { say, locale, uploads } = useDesk();
  const name = file.name.replace(/[\p{C}\p{Z}]/gu, "") ? file.name : say("file.unnamed");
  const state = file.problem
    ? say(file.problem, { limit: fileSize(file.limit, locale) })
    : file.state === "here"
      ? fileSize(file.size, locale)
      : say("upload.sending", { percent: Math.round(file.share * 100) });
  return (
    <li class={file.state}>
      <Icon name={file.state === "failed" ? "failed" : "file"} />
      <span>
        <b>{name}</b>
        <i role={file.problem ? "alert" : undefined}>{state}</i>
      </span>
      {file.problem && file.problem !== "upload.empty" && file.problem !== "upload.too_large" && (
        <button type="button" class="text" onClick={() => uploads.retry(file.id)}>
          {say("retry")}
        </button>
      )}
      <button
        type="button"
        class="icon"
        aria-label={say(file.state === "sending" ? "upload.cancel" : "upload.remove", { name })}
        onClick={() => uploads.remove(file.id)}
      >
        <Icon name="close" />
      </button>
      {file.state === "sending" && <meter min={0} max={1} value={file.share} aria-hidden="true" />}
    </li>
  );
}
