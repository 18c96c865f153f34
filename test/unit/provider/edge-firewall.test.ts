import assert from "node:assert/strict";
import { edgeFirewall } from "../../../provider/resources/edge-firewall.ts";
import type { Properties } from "../../../pulumi-protocol/wire.ts";
import { JedaError } from "../../../src/model/errors.ts";
import { type Refused, startEngine } from "./engine.ts";
import { FakeEdge } from "./fake-edge.ts";

const TYPE = "jeda:index:EdgeFirewall";
const A = '\t\ttcp dport 445 counter drop comment "forward/lateral"\n';
const B = '\t\tudp dport 137 counter drop comment "forward/names"\n';

function table(name: string, rules: string): string {
  return `table inet ${name} {\n\tchain forward {\n\t\ttype filter hook forward priority -10; policy accept;\n${rules}\t}\n}\n`;
}

function declared(rules = A + B): Properties {
  return {
    edge: "edge",
    ssh: { read: "edge-read", window: "edge-window", policy: "edge-policy" },
    tables: { jeda: table("jeda", rules), jeda_window: table("jeda_window", "") },
    probes: [
      {
        service: "medical-record",
        from: "clinical",
        via: "probe-clinical",
        target: { kind: "http", url: "http://rekam-medis.internal/health" },
        whenUnknown: "proceed",
      },
    ],
    segments: { administrative: ["adm0", "10.20.0.0/24"] },
    zone: "Asia/Jakarta",
    windowHost: "backup",
  };
}

describe("EdgeFirewall", () => {
  let edge: FakeEdge;
  /** What the backup host says is under way. */
  let running: string;
  let engine: Awaited<ReturnType<typeof startEngine>>;

  beforeEach(async () => {
    edge = new FakeEdge();
    running = "the window of tonight";
    const ask = async () => ({
      stdout: JSON.stringify({ ok: true, text: running }),
      stderr: "",
      exitCode: 0,
    });
    engine = await startEngine({ [TYPE]: edgeFirewall(edge, ask) });
  });
  afterEach(() => engine.close());

  async function created(): Promise<Properties> {
    const { inputs } = await engine.check(TYPE, declared());
    await engine.create(TYPE, inputs);
    return inputs;
  }

  it("creates on probation, confirms, and asks to be read before every update", async () => {
    const { inputs, failures } = await engine.check(TYPE, declared());
    assert.deepEqual(failures, []);
    const { id, refresh } = await engine.create(TYPE, inputs);
    assert.deepEqual([id, refresh], ["edge", true]);
    assert.deepEqual(edge.said, ["list", "apply", "confirm"]);
  });

  it("touches nothing in a preview of its creation", async () => {
    const { inputs } = await engine.check(TYPE, declared());
    await engine.create(TYPE, inputs, true);
    assert.deepEqual(edge.said, []);
  });

  it("reads back what was declared as no difference", async () => {
    const inputs = await created();
    const live = await engine.read(TYPE, "edge", inputs);
    assert.equal(live.refresh, true);
    assert.deepEqual(await engine.diff(TYPE, live.inputs, inputs), {
      changes: false,
      replaces: [],
      paths: {},
    });
  });

  it("notes what the site's own tables do to a declared flow, which is no drift", async () => {
    const handler = edgeFirewall(edge, () => Promise.reject(new Error("nobody is asked")));
    const guest = { name: "guest", role: "guest", interfaces: ["guest0"], cidrs: ["10.30.0.0/24"] };
    const uplinks = [{ name: "wan0", interface: "wan0", targets: ["203.0.113.10:80"] }];
    const described = {
      ...{ segments: [guest], uplinks, sources: [], services: [] },
      backupHost: { name: "backup", addresses: [], controlFrom: [] },
    };
    const call = { urn: "", log: { info: async () => {}, warning: async () => {} } };
    const notes = async () =>
      (await handler.read(handler.schema.parse({ ...declared(), described }), {}, call))?.notes;
    edge.siteRules = "";
    assert.deepEqual(await notes(), []);
    const chain = "type filter hook forward priority 0; policy accept;";
    edge.siteRules = `table inet site {\n\tchain forward {\n\t\t${chain}\n\t\tiifname "guest0" oifname "wan0" reject\n\t}\n}\n`;
    assert.deepEqual(await notes(), [
      'guest → wan0 (tcp 203.0.113.10:80) is rejected on edge by the site\'s own table inet site, chain forward: iifname "guest0" oifname "wan0" reject',
    ]);
  });

  it("shows a rule that somebody deleted as one line, and puts it back", async () => {
    const inputs = await created();
    edge.tables.jeda = table("jeda", B);
    const live = await engine.read(TYPE, "edge", inputs);
    const { changes, paths } = await engine.diff(TYPE, live.inputs, inputs);
    assert.deepEqual([changes, paths], [true, { 'policy["forward/lateral"]': "ADD" }]);
    await engine.update(TYPE, live.inputs, inputs);
    assert.equal(edge.tables.jeda, table("jeda", A + B));
  });

  it("forgets a drift that was persisted by a refresh and then mended by hand", async () => {
    const inputs = await created();
    edge.tables.jeda = table("jeda", B);
    const drifted = await engine.read(TYPE, "edge", inputs);
    edge.tables.jeda = table("jeda", A + B);
    const mended = await engine.read(TYPE, "edge", drifted.inputs);
    assert.equal((await engine.diff(TYPE, mended.inputs, inputs)).changes, false);
  });

  it("does not apply again when only the probes changed", async () => {
    const inputs = await created();
    edge.said.length = 0;
    await engine.update(TYPE, inputs, { ...inputs, probes: [] });
    assert.deepEqual(edge.said, ["list"]);
  });

  it("reverts a policy under which a service no longer answers, and says which", async () => {
    const inputs = await created();
    const before = edge.tables.jeda;
    edge.answer = (policy) => (policy?.includes("everything") ? "cut" : "open");
    const bad = (await engine.check(TYPE, declared('\t\tcounter drop comment "forward/everything"\n')))
      .inputs;
    await assert.rejects(engine.update(TYPE, inputs, bad), (error: Refused) => {
      assert.match(
        error.message,
        /medical-record, asked from clinical \(probe-clinical\), no longer answers/,
      );
      assert.match(error.message, /back on its former policy/);
      return true;
    });
    assert.equal(edge.tables.jeda, before);
  });

  it("reverts a policy over which no new connection comes", async () => {
    const inputs = await created();
    edge.confirmable = false;
    const bad = (await engine.check(TYPE, declared(A))).inputs;
    await assert.rejects(engine.update(TYPE, inputs, bad), /could not be reached/);
    assert.equal(edge.tables.jeda, table("jeda", A + B));
  });

  it("takes a probe point that the change itself cut off for a failure, whatever the policy for unknown ones", async () => {
    const inputs = await created();
    edge.answer = (policy) => (policy === table("jeda", A) ? "unknown" : "open");
    const bad = (await engine.check(TYPE, declared(A))).inputs;
    await assert.rejects(engine.update(TYPE, inputs, bad), /can't be asked any more/);
  });

  it("goes on, by the declared policy, when nobody could be asked before either", async () => {
    edge.answer = () => "unknown";
    await created();
    assert.equal(edge.tables.jeda, table("jeda", A + B));
  });

  it("keeps an unreachable edge in state with a reason, so that the preview goes on", async () => {
    const inputs = await created();
    edge.unreachable = new JedaError("UNREACHABLE", "edge-read could not be reached by SSH: no route");
    await assert.rejects(engine.read(TYPE, "edge", inputs), (error: Refused) => {
      assert.equal(error.failure.init?.id, "edge");
      assert.deepEqual(error.failure.init?.inputs, inputs);
      assert.match(error.failure.init?.reasons[0] ?? "", /could not be reached by SSH: no route/);
      return true;
    });
  });

  it("stops at a host key that changed", async () => {
    const inputs = await created();
    edge.unreachable = new JedaError("HOST_KEY", "the host key of edge-read has changed");
    await assert.rejects(engine.read(TYPE, "edge", inputs), (error: Refused) => {
      assert.equal(error.failure.init, null);
      assert.match(error.message, /host key of edge-read has changed/);
      return true;
    });
  });

  it("reports a foreign table and an endless lease, and takes away only the lease", async () => {
    const inputs = await created();
    edge.foreign = [{ table: "inet filter", chain: "forward", hook: "forward", priority: -200 }];
    edge.leases = [{ set: "isolated_if", value: "adm0", expiresMs: null }];
    const live = await engine.read(TYPE, "edge", inputs);
    assert.deepEqual((await engine.diff(TYPE, live.inputs, inputs)).paths, {
      'foreign["inet filter/forward"]': "DELETE",
      'leases["isolated_if/adm0"]': "DELETE",
    });
    await engine.update(TYPE, live.inputs, inputs);
    assert.deepEqual(edge.leases, []);
    assert.ok(edge.said.includes("revoke"));
  });

  it("shows a flowtable and a bridged uplink, which go around the forward hook", async () => {
    const inputs = await created();
    edge.foreign = [{ table: "inet site", chain: "flowtable fast", hook: "ingress", priority: 0 }];
    edge.bridges = [
      { bridge: "br0", port: "wan0" },
      { bridge: "br0", port: "eth9" },
    ];
    const live = await engine.read(TYPE, "edge", { ...inputs, uplinks: ["wan0"] });
    const shown = JSON.stringify(live.inputs.foreign);
    assert.match(shown, /inet site\/flowtable fast":"takes packets of known sessions past the forward hook/);
    assert.match(shown, /bridge br0\/wan0":"bridges an uplink/);
  });

  it("takes a lease for somebody's hand when no window was granted it or none runs", async () => {
    const inputs = await created();
    edge.leases = [
      { set: "isolated_if", value: "adm0", expiresMs: 60_000, grantedMs: null },
      { set: "isolated_v4", value: "10.20.0.0/24", expiresMs: 60_000, grantedMs: 60_000 },
      { set: "vault_open", value: "ipv4", expiresMs: 90_000, grantedMs: 60_000 },
    ];
    running = "windows";
    const live = await engine.read(TYPE, "edge", inputs);
    assert.deepEqual(Object.keys((await engine.diff(TYPE, live.inputs, inputs)).paths), [
      'leases["isolated_if/adm0"]',
      'leases["vault_open/ipv4"]',
    ]);
    await engine.update(TYPE, live.inputs, inputs);
    assert.deepEqual(
      edge.leases.map(({ set }) => set),
      ["isolated_v4", "vault_open"],
    );
    running = "";
    await engine.update(TYPE, live.inputs, inputs);
    assert.deepEqual(edge.leases, []);
    assert.ok(edge.said.includes("release 7"));
  });

  it("reports what a reboot would load instead, and writes it again", async () => {
    const inputs = await created();
    edge.persisted = { text: null, mode: "" };
    const live = await engine.read(TYPE, "edge", inputs);
    assert.deepEqual((await engine.diff(TYPE, live.inputs, inputs)).paths, { persisted: "UPDATE" });
    await engine.update(TYPE, live.inputs, inputs);
    assert.ok(edge.said.includes("persist"));
    const after = await engine.read(TYPE, "edge", inputs);
    assert.equal((await engine.diff(TYPE, after.inputs, inputs)).changes, false);
  });

  it("tells the minimal ruleset by why it is in force, not by each rule that is missing", async () => {
    const handler = edgeFirewall(edge, () => Promise.reject(new Error("nobody is asked")));
    await created();
    const call = { urn: "", log: { info: async () => {}, warning: async () => {} } };
    edge.tables.jeda = null;
    edge.persisted = { text: table("jeda", A), mode: "644 0:0", fallback: "edge.nft did not load" };
    const live = await handler.read(handler.schema.parse(declared()), {}, call);
    const [first, ...others] = live?.drift ?? [];
    assert.match(first ?? "", /the minimal ruleset is in force, .*: edge\.nft did not load/);
    assert.ok(
      others.every((line) => !line.startsWith("edge: inet jeda")),
      others.join("\n"),
    );
    assert.deepEqual(live?.inputs.policy, {});
  });

  it("takes a window's leases for no drift and leaves them alone", async () => {
    const inputs = await created();
    edge.leases = [{ set: "isolated_if", value: "adm0", expiresMs: 60_000 }];
    const live = await engine.read(TYPE, "edge", inputs);
    assert.equal((await engine.diff(TYPE, live.inputs, inputs)).changes, false);
    await engine.update(TYPE, live.inputs, (await engine.check(TYPE, declared(A))).inputs);
    assert.equal(edge.leases.length, 1);
  });

  it("refuses its deletion while a lease lives, and says whose and until when", async () => {
    const inputs = await created();
    edge.leases = [{ set: "isolated_v4", value: "10.20.0.0/24", expiresMs: 3 * 3_600_000 }];
    await assert.rejects(
      engine.delete(TYPE, inputs),
      /a window holds a lease on edge: administrative, until 15 May 2017, 03:00:00 Asia\/Jakarta/,
    );
    assert.notEqual(edge.tables.jeda, null);
    edge.leases = [];
    await engine.delete(TYPE, inputs);
    assert.deepEqual(edge.tables, { jeda: null, jeda_window: null });
  });

  it("tells what is wrong with its inputs without naming a property, which would print its value", async () => {
    const { failures } = await engine.check(TYPE, { ...declared(), zone: 7 });
    assert.deepEqual(
      failures.map(({ property }) => property),
      [""],
    );
    assert.match(failures[0]?.reason ?? "", /^zone: /);
  });

  it("is replaced when it becomes another edge's", async () => {
    const inputs = await created();
    const { replaces, paths } = await engine.diff(TYPE, inputs, { ...inputs, edge: "standby" });
    assert.deepEqual([replaces, paths], [["edge"], { edge: "UPDATE_REPLACE" }]);
  });

  it("begins nothing more after the engine cancelled", async () => {
    const { inputs } = await engine.check(TYPE, declared());
    await engine.cancel();
    await assert.rejects(engine.create(TYPE, inputs), /pulumi was cancelled/);
    assert.deepEqual(edge.said, []);
  });
});
