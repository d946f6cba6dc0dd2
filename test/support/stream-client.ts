// A WebSocket client that checks the pairing of cursor and value and hands each record to the test.

export interface StreamRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: Uint8Array;
}

export interface StreamClient {
  readonly controls: Record<string, unknown>[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  send(frame: string | Uint8Array): void;
  close(): void;
}

export interface StreamClientOptions {
  /** First frame; `null` sends none. Default: resume from earliest. */
  readonly hello?: object | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onRecord?: (record: StreamRecord) => void;
  readonly onControl?: (control: Record<string, unknown>) => void;
}

/** Resolves once the connection is open. */
export function connectStream(url: string, options: StreamClientOptions = {}): Promise<StreamClient> {
  const hello =
    options.hello === undefined
      ? { type: "resume", from: "earliest", lastOffsetsByPartition: {} }
      : options.hello;
  const socket = new WebSocket(url, { headers: options.headers ?? {} } as unknown as string[]);
  socket.binaryType = "arraybuffer";
  const controls: Record<string, unknown>[] = [];
  let cursor: { partition: number; offset: number } | null = null;
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") {
      const frame = JSON.parse(data);
      if (frame.type === "cursor") {
        if (cursor) throw new Error("a second cursor while one waits for its value");
        cursor = { partition: frame.partition, offset: Number(frame.offset) };
        return;
      }
      controls.push(frame);
      options.onControl?.(frame);
      return;
    }
    if (!cursor) throw new Error("a value without a cursor");
    const record = { ...cursor, value: new Uint8Array(data) };
    cursor = null;
    options.onRecord?.(record);
  };
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => resolve(code);
  });
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error(`cannot connect to ${url}`));
    socket.onopen = () => {
      if (hello !== null) socket.send(JSON.stringify(hello));
      resolve({
        controls,
        closed,
        send: (frame) => socket.send(frame as string),
        close: () => socket.close(),
      });
    };
  });
}
