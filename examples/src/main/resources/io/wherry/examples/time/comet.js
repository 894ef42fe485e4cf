// Comet: one response that never ends; a line break closes each message.
export function comet({ fetch, show, gap }) {
  let after = "";

  async function read() {
    const url = "/wherry/comet?topic=time&format=json" + (after && "&after=" + after);
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(answer.status);
    after ||= answer.headers.get("Wherry-Position");

    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      // Done: the response has grown long enough, and the next one goes on.
      const { value, done } = await reader.read();
      if (done) return;

      const lines = (rest + value).split("\n");
      rest = lines.pop(); // A message that is not whole yet.
      for (const line of lines) {
        if (!line) continue; // A heartbeat.
        const message = JSON.parse(line);
        if (message.gap) {
          gap(message);
        } else {
          after = message.position;
          show(message.data, message.position);
        }
      }
    }
  }

  async function run() {
    for (;;) {
      try {
        await read();
      } catch {
        // Then go on after the same position, but not at once.
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  run();
}
