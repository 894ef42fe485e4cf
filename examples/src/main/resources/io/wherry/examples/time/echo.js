// The way up of all but WebSocket: a POST to a handler. What the handler sends back is the answer.
export async function post({ fetch, echoed }, text) {
  const answer = await fetch("/wherry/http?to=echo", { method: "POST", body: text });
  if (!answer.ok) throw new Error(answer.status);
  echoed(await answer.text());
}
