import assert from "node:assert/strict";
import { isolation, LocalEdge } from "./local-edge.ts";
import { addressOf, type Held, Network } from "./network.ts";

describe("isolation on a real edge", () => {
  const network = new Network();
  const edge = new LocalEdge(network);
  const held: Held[] = [];

  before(async () => {
    await network.up();
    await network.serve("edge", 3128);
    await network.serve("administrative", 445);
    await edge.up();
    assert.equal((await edge.declare())?.ok, true);
  });
  after(async () => {
    await network.down();
    await edge.down();
  });
  afterEach(async () => {
    for (const connection of held.splice(0)) connection.close();
    await edge.release();
  });

  async function isolate(elements = isolation): Promise<void> {
    const fence = (await edge.raw(["read", "clock"])).clock?.fence ?? 0;
    const answer = await edge.lease(elements, 60_000, fence);
    assert.equal(answer.ok, true, answer.message);
  }

  async function open(...target: Parameters<Network["hold"]>): Promise<Held> {
    const connection = network.hold(...target);
    held.push(connection);
    assert.equal(await connection.exercise(2_000), true, `${target.join(" ")} before`);
    return connection;
  }

  for (const family of ["v4", "v6"] as const) {
    it(`cuts new and open connections to the internet, both ways (${family})`, async () => {
      const out = await open("administrative", `${addressOf.internet[family]}:7`);
      const back = await open("internet", `${addressOf.administrative[family]}:7`);
      await isolate();
      assert.equal(await out.exercise(700), false);
      assert.equal(await back.exercise(700), false);
      assert.equal(await network.tcp("administrative", `${addressOf.internet[family]}:7`), false);
      assert.equal(await network.tcp("internet", `${addressOf.administrative[family]}:7`), false);
    });

    it(`leaves declared segments, other segments and the edge itself alone (${family})`, async () => {
      const inside = await open("administrative", `${addressOf.clinical[family]}:7`);
      const clinical = await open("clinical", `${addressOf.internet[family]}:7`);
      await isolate();
      assert.equal(await inside.exercise(2_000), true);
      assert.equal(await clinical.exercise(2_000), true);
      assert.equal(await network.tcp("clinical", `${addressOf.administrative[family]}:7`), true);
      const gateway = addressOf.administrative[family].replace(/10(\]?)$/, "1$1").replace(/[[\]]/g, "");
      await network.sh("administrative", `ip neigh flush dev eth0; ping -c 1 -W 2 ${gateway}`);
    });

    it(`cuts the proxy on the edge for the isolated segment only (${family})`, async () => {
      const proxy = addressOf.administrative[family].replace(/10(\]?)$/, "1$1");
      const session = await open("administrative", `${proxy}:3128`);
      await isolate();
      assert.equal(await session.exercise(700), false);
      assert.equal(await network.tcp("administrative", `${proxy}:3128`), false);
      const other = addressOf.clinical[family].replace(/10(\]?)$/, "1$1");
      assert.equal(await network.tcp("clinical", `${other}:3128`), true);
    });
  }

  it("cuts by interface alone, and by address alone", async () => {
    for (const part of [isolation.slice(0, 1), isolation.slice(1)]) {
      await isolate(part);
      for (const family of ["v4", "v6"] as const) {
        assert.equal(await network.tcp("administrative", `${addressOf.internet[family]}:7`), false);
        assert.equal(await network.tcp("internet", `${addressOf.administrative[family]}:7`), false);
      }
      await edge.release();
    }
  });

  it("drops a source address that no segment declares, even to a declared segment", async () => {
    await network.sh(
      "administrative",
      "ip addr add 192.168.77.1/24 dev eth0; ip addr add 2001:db8:77::1/64 dev eth0 nodad",
    );
    await network.sh("edge", "ip route add 192.168.77.0/24 dev adm0; ip route add 2001:db8:77::/64 dev adm0");
    const v4 = [`${addressOf.clinical.v4}:7`, 1_000, ",bind=192.168.77.1"] as const;
    const v6 = [`${addressOf.clinical.v6}:7`, 1_000, ",bind=[2001:db8:77::1]"] as const;
    assert.equal(await network.tcp("administrative", ...v4), true);
    assert.equal(await network.tcp("administrative", ...v6), true);
    await isolate();
    assert.equal(await network.tcp("administrative", ...v4), false);
    assert.equal(await network.tcp("administrative", ...v6), false);
  });

  it("cuts nothing when a clinical interface is leased: it can't be isolated by type", async () => {
    await isolate([
      { set: "isolated_if", value: "clin0" },
      { set: "isolated_v4", value: "10.10.0.0/24" },
    ]);
    assert.equal(await network.tcp("clinical", `${addressOf.internet.v4}:7`), true);
    assert.equal(await network.tcp("internet", `${addressOf.clinical.v4}:7`), true);
  });

  it("drops SMB between segments but for the declared pairs", async () => {
    await network.serve("clinical", 445);
    assert.equal(await network.tcp("clinical", `${addressOf.administrative.v4}:445`), false);
    assert.equal(await network.tcp("clinical", `${addressOf.administrative.v6}:445`), false);
    assert.equal(await network.tcp("ops", `${addressOf.administrative.v4}:445`), false);
    assert.equal(await network.tcp("ops", `${addressOf.clinical.v4}:445`), true);
  });
});
