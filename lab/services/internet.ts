/** The internet, as far as the lab needs one: HTTP on port 80, with connections that stay open for hours. */
import { createServer } from "node:http";

const server = createServer((request, response) => {
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end(`internet: ${request.method} ${request.url} from ${request.socket.remoteAddress}\n`);
});
// No time-out closes a held connection: whoever sees one die knows that the network did it.
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.headersTimeout = 0;
server.timeout = 0;
server.listen({ host: "::", port: 80 });
