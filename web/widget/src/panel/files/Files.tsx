import { fileSize, isPicture, type ShownFile } from "@switchboard/protocol";
import { useEffect, useState } from "preact/hooks";
import { useDesk, useWords } from "../desk.ts";
import { Icon } from "../Icon.tsx";
import css from "./files.css?inline";
import { WORDS } from "./words.ts";

interface Props {
  files: readonly ShownFile[];
  links: ReadonlyMap<string, string>;
}

/** The files of a message. */
export function Main({ files, links }: Props) {
  const { address, adopt } = useDesk();
  const say = useWords(WORDS);
  adopt(css);
  return (
    <>
      {files.map((file) => {
        const path = links.get(file.id);
        return <File key={file.id} file={file} href={path ? address(path) : ""} />;
      })}
      {files.map(
        ({ id, words }) =>
          words?.text &&
          !words.problem && (
            <p key={id} class="heard">
              {say("heard", { text: words.text })}
            </p>
          ),
      )}
    </>
  );
}

/** `href`: where it can be had; "" while that is asked for. */
function File({ file, href }: { file: ShownFile; href: string }) {
  const { chat, locale } = useDesk();
  const say = useWords(WORDS);
  // The page's own policy may allow no pictures and sounds of ours: then its row must do.
  const [hidden, hide] = useState(false);
  const size = fileSize(file.size, locale);
  useEffect(() => {
    if (file.state === "here") chat.wantLink(file.id);
  }, [file.id, file.state]);

  if (file.state !== "here")
    return (
      <p class="file">
        <span>
          <Icon name={file.state === "pending" ? "clock" : "failed"} />
          <b>{file.name}</b>
          <i>{say(file.state === "pending" ? "file.pending" : "file.failed")}</i>
        </span>
      </p>
    );
  const link = (
    <a
      class="row"
      {...(href && { href })}
      target="_blank"
      rel="noopener"
      aria-label={`${say("file.download", { name: file.name })} ${size}`}
    >
      {isPicture(file) && !hidden && (
        <div class="picture">
          {href && <img src={href} alt={file.name} loading="lazy" onError={() => hide(true)} />}
        </div>
      )}
      <span>
        <Icon name="file" />
        <b>{file.name}</b> <i>{size}</i>
      </span>
    </a>
  );
  return (
    <div class="file">
      {file.type.startsWith("audio/") && !hidden && href && (
        <audio controls preload="metadata" src={href} aria-label={file.name} onError={() => hide(true)} />
      )}
      {link}
    </div>
  );
}
