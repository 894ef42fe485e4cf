// The JavaScript client, from <script src="/wherry/client.js">: one channel over whichever transport there is.
export function client({ fetch, WebSocket, events, show, gap, echoed, moved }) {
  const channel = Wherry.connect("/wherry", { pollInterval: 1000, fetch, WebSocket, events });

  channel.subscribe("time", (message) => show(message.text(), message.position));
  channel.onGap(gap);
  channel.onMessage("echo", (message) => echoed(message.text()));
  channel.onTransport((change) => moved(change.to));

  return {
    echo: (text) => channel.send("echo", text),
    moveTo: (transport) => channel.switchTo(transport),
  };
}
