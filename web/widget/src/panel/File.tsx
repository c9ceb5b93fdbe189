import { fileSize, isPicture, type ShownFile } from "@switchboard/protocol";
import { useEffect, useState } from "preact/hooks";
import { useDesk } from "./desk.ts";
import { Icon } from "./Icon.tsx";

/** A file of a message. `href`: where it can be had; "" while that is asked for. */
export function File({ file, href }: { file: ShownFile; href: string }) {
  const { chat, locale, say } = useDesk();
  // The page's own policy may allow no pictures of ours: then its row must do.
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
  return (
    <a
      class="file"
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
}
