// How records leave to one client: the part of a session that differs between the protocols.

import type { PeerSocket } from "../../runtime/http.ts";
import type { RecordWindow } from "./record-window.ts";

/** One write: what of a window was looked at. */
export interface WrittenSpan {
  readonly window: RecordWindow;
  /** First position that was looked at. */
  readonly from: number;
  /** Position after the last one. */
  readonly to: number;
  /** Whether everything between was added that the client's filter lets pass; else it had some of it already. */
  readonly whole: boolean;
}

export interface Outlet {
  /** Records of one write at most, so that clients take turns. */
  readonly chunkRecords: number;
  /** The record at `position` goes out with this write. False if the socket refused it. */
  add(window: RecordWindow, position: number): boolean;
  /** The write is complete. False if the socket refused it. */
  end(span: WrittenSpan): boolean;
}

const CHUNK_RECORDS = 128;

/** The original protocol: each record is a cursor in a text frame, followed by its value in a binary frame. */
export function pairOutlet(socket: PeerSocket): Outlet {
  return {
    chunkRecords: CHUNK_RECORDS,
    add(window, position) {
      socket.send(window.cursorAt(position));
      return socket.send(window.valueAt(position)) !== "dropped";
    },
    end: () => true,
  };
}
