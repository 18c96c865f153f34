/**
 * The medical-record service: POST /entries stores one record and acknowledges it after the commit,
 * GET /entries/count counts them, GET /health asks the database.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { DatabaseSession, sqlText } from "./database-session.ts";

const optionFile = "/etc/lab/rekam-medis.cnf";
const entries = new DatabaseSession(optionFile, "simrs", 5000);
// A probe must not wait behind the entries.
const health = new DatabaseSession(optionFile, "simrs", 2000);

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function store(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let entry: { id?: unknown; no_rm?: unknown; petugas?: unknown; catatan?: unknown };
  try {
    entry = JSON.parse(await text(request));
  } catch {
    return answer(response, 400, { error: "the body is not JSON" });
  }
  const { id, no_rm, petugas, catatan } = entry;
  if (
    typeof id !== "string" ||
    typeof no_rm !== "number" ||
    typeof petugas !== "string" ||
    typeof catatan !== "string"
  ) {
    return answer(response, 400, { error: "id, no_rm, petugas and catatan are needed" });
  }
  const values = [sqlText(id), String(Math.trunc(no_rm)), sqlText(petugas), sqlText(catatan)].join(", ");
  await entries.run(`INSERT INTO entri (id, no_rm, petugas, catatan) VALUES (${values})`);
  answer(response, 201, { id });
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = `${request.method} ${request.url}`;
  try {
    if (route === "POST /entries") return await store(request, response);
    if (route === "GET /entries/count") {
      const [count] = await health.run("SELECT COUNT(*) FROM entri");
      return answer(response, 200, { stored: Number(count) });
    }
    if (route === "GET /health") {
      const [patient] = await health.run("SELECT MIN(no_rm) FROM pasien");
      return answer(response, patient === undefined ? 503 : 200, {
        status: patient === undefined ? "down" : "up",
      });
    }
    answer(response, 404, { error: `no such thing: ${route}` });
  } catch (error) {
    answer(response, 503, { status: "down", error: error instanceof Error ? error.message : String(error) });
  }
}

const server = createServer((request, response) => void handle(request, response));
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.timeout = 0;
server.listen({ host: "::", port: 80 });
