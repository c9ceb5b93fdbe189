import {
  type Filter,
  browserWorld,
  Connection,
  socketUrl,
  wakeWithPage,
  type CommandFrame,
  type ConsoleFrame,
  type LineState,
  type View,
} from "@switchboard/protocol";

export type Sent =
  | {
      readonly type: "list";
      readonly view: View;
      readonly filter: Filter;
      readonly before: string;
      readonly limit: number;
    }
  | {
      readonly type: "follow";
      readonly conversation: string;
      readonly last_seq: number;
      readonly last_event_id: string;
      readonly tail: number;
    }
  | { readonly type: "unfollow"; readonly conversation: string }
  | CommandFrame
  | { readonly type: "looking"; readonly conversation: string; readonly on: boolean }
  | { readonly type: "typing"; readonly conversation: string; readonly on: boolean }
  | { readonly type: "read"; readonly conversation: string; readonly seq: number };

export interface Line {
  /** False while the line is down. */
  send(frame: Sent): boolean;
  close(): void;
}

export interface LineHandlers {
  onFrame(frame: ConsoleFrame): void;
  onState(state: LineState, reason: string): void;
}

/** The console's socket for one business. */
export function openLine(business: string, handlers: LineHandlers): Line {
  const connection = new Connection(
    {
      url: socketUrl(location.href, "/api/v1/console/socket"),
      hello: () => ({ type: "hello", business }),
      onFrame: (frame) => handlers.onFrame(frame as ConsoleFrame),
      onState: (state, reason) => handlers.onState(state, reason),
    },
    browserWorld,
  );
  const sleep = wakeWithPage(connection);
  connection.start();
  return {
    send: (frame) => connection.send(frame),
    close: () => {
      sleep();
      connection.stop();
    },
  };
}
