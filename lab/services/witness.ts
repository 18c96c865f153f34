/** On the ward: says how many records were sent and acknowledged, whether or not the client is at work. */
import { createServer } from "node:http";
import { acknowledgedLog, countEntries, sentLog } from "./entry-log.ts";

createServer((request, response) => {
  if (request.url !== "/records") {
    response.writeHead(404).end();
    return;
  }
  // In this order: an entry that is acknowledged in between must not make more acknowledged than sent.
  const acknowledged = countEntries(acknowledgedLog);
  const sent = countEntries(sentLog);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(`${JSON.stringify({ sent, acknowledged })}\n`);
}).listen({ host: "::", port: 8080 });
