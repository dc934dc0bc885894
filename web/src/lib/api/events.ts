/** Server-sent events read with fetch, because an EventSource cannot send a token. */

export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

/** The events in a stream of text (HTML standard, section 9.2): parts may break anywhere. */
export async function* events(parts: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let rest = "";
  for await (const part of parts) {
    rest += part;
    // A lone \r at the end may be the first half of \r\n.
    const whole = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
    const blocks = whole.replace(/\r\n?/g, "\n").split("\n\n");
    rest = (blocks.pop() ?? "") + (rest.endsWith("\r") ? "\r" : "");
    for (const block of blocks) {
      const found = one(block);
      if (found) yield found;
    }
  }
}

function one(block: string): ServerEvent | null {
  const found = { event: "message", data: [] as string[], id: "" };
  for (const line of block.split("\n")) {
    const cut = line.indexOf(":");
    if (cut === 0) continue; // a comment, which keeps the line open
    const name = cut < 0 ? line : line.slice(0, cut);
    const value = cut < 0 ? "" : line.slice(cut + 1).replace(/^ /, "");
    if (name === "data") found.data.push(value);
    else if (name === "event" || name === "id") found[name] = value;
  }
  return found.data.length ? { event: found.event, data: found.data.join("\n"), id: found.id } : null;
}

/** The text of a body as it comes. */
export async function* texts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as ReadableStreamDefaultReader<string>;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
