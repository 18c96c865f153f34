/** Hand edits, in batches that touch different objects; `undo` where jeda only reports. */

export interface HandEdit {
  readonly what: string;
  readonly host: "edge" | "backup";
  readonly by: string;
  /** What the line that names it must hold. */
  readonly found: RegExp;
  readonly undo?: string;
}

/** "handle N" of the rule whose line holds the text. */
const handle = (table: string, chain: string, text: string) =>
  `handle $(nft -a list chain inet ${table} ${chain} | sed -n 's|.*${text}.*# handle ||p')`;

const foreign = (family: string, hook: string, more = "") => ({
  what: `a foreign table (${family}, ${hook})`,
  host: "edge" as const,
  by: `nft 'add table ${family} site; add chain ${family} site early { type filter hook ${hook} ${more}priority -310; }'`,
  found: new RegExp(`foreign table ${family} site: early hooks ${hook} at priority -310`),
  undo: `nft delete table ${family} site`,
});

export const batches: readonly (readonly HandEdit[])[] = [
  [
    {
      what: "a rule added",
      host: "edge",
      by: "nft insert rule inet jeda forward ip saddr 192.0.2.1 accept",
      found: /inet jeda forward\/unmanaged-\d: a rule was added \("ip saddr 192\.0\.2\.1 accept"\)/,
    },
    {
      what: "a rule deleted",
      host: "edge",
      by: `nft delete rule inet jeda lateral ${handle("jeda", "lateral", "lateral/replies")}`,
      found: /inet jeda lateral\/replies: the rule is missing/,
    },
    {
      what: "a rule changed",
      host: "edge",
      by: `nft replace rule inet jeda_window outgoing ${handle("jeda_window", "outgoing", "outgoing/undeclared-source")} 'counter accept comment "outgoing/undeclared-source"'`,
      found:
        /inet jeda_window outgoing\/undeclared-source: the rule is "counter accept", wanted "counter drop"/,
    },
    {
      what: "rules reordered",
      host: "edge",
      by: `nft delete rule inet jeda_window incoming ${handle("jeda_window", "incoming", "incoming/undeclared-source")} && nft 'insert rule inet jeda_window incoming counter drop comment "incoming/undeclared-source"'`,
      found: /inet jeda_window incoming: the rules are in another order/,
    },
    {
      what: "a chain's policy",
      host: "edge",
      by: "nft 'chain inet jeda forward { policy drop; }; insert rule inet jeda forward accept'",
      found: /inet jeda forward: the chain is ".* policy drop;", wanted ".* policy accept;"/,
    },
    {
      what: "a set added",
      host: "edge",
      by: "nft 'add set inet jeda extra { type ipv4_addr; }'",
      found: /inet jeda extra: an unmanaged set was added/,
    },
    {
      what: "a default timeout",
      host: "edge",
      by: "nft 'add set inet jeda_window isolated_v6 { type ipv6_addr; flags interval,timeout; timeout 2h; }'",
      found: /inet jeda_window isolated_v6: the default timeout is 2h, wanted 10m/,
    },
    {
      what: "a segment isolated by hand",
      host: "edge",
      by: `nft 'add element inet jeda_window isolated_if { "guest0" timeout 5m }'`,
      found: /lease isolated_if guest0 \(guest\) was put there by hand/,
    },
    {
      what: "the vault left open",
      host: "edge",
      by: "nft 'add element inet jeda_window vault_open { ipv4 timeout 5m }'",
      found: /lease vault_open ipv4 \(the open vault\) was put there by hand/,
    },
    {
      what: "the edge's script",
      host: "edge",
      by: "echo '# by hand' >>/usr/local/lib/jeda/edge",
      found: /\/usr\/local\/lib\/jeda\/edge is not what was installed/,
    },
    {
      what: "a rule of the backup host",
      host: "backup",
      by: "nft insert rule inet jeda_host input tcp dport 8000 accept",
      found: /inet jeda_host input\/unmanaged-1: a rule was added/,
    },
    {
      what: "the runner",
      host: "backup",
      by: "echo '//' >>/opt/jeda/runner.mjs",
      found: /\/opt\/jeda\/runner\.mjs is not what was installed/,
    },
    {
      what: "the runbook deleted",
      host: "backup",
      by: "rm /opt/jeda/runbook",
      found: /\/opt\/jeda\/runbook is missing/,
    },
    {
      what: "the credentials",
      host: "backup",
      by: "echo >>/etc/jeda/credentials.json",
      found: /\/etc\/jeda\/credentials\.json is changed on the host/,
    },
    {
      what: "the repository's mode",
      host: "backup",
      by: "chmod 777 /srv/jeda/repository",
      found:
        /the repository \/srv\/jeda\/repository is .*alone: mode 2777, owner jeda-repository of \/srv\/jeda\/repository/,
    },
    {
      what: "the repository's owner",
      host: "backup",
      by: "chown 0 /srv/jeda/repository/snapshots",
      found: /the repository .*alone: mode 2700, owner root of \/srv\/jeda\/repository\/snapshots/,
    },
    {
      what: "how the repository is served",
      host: "backup",
      by: "sed -i 's/rest-server --append-only /rest-server /' /opt/jeda/serve-repository.sh",
      found: /the repository .*to be served without --append-only by \/opt\/jeda\/serve-repository\.sh/,
    },
    {
      what: "a server of the repository that deletes",
      host: "backup",
      by: "setsid rest-server --no-auth --listen 127.0.0.1:8000 --path /srv/jeda/repository </dev/null >/dev/null 2>&1 & echo $! >/root/server",
      found:
        /the repository .*served without --append-only by process \d+: rest-server --no-auth .*reported, never ended/,
      undo: "kill $(cat /root/server)",
    },
    {
      what: "the launcher replaced by a link",
      host: "backup",
      by: "cp /opt/jeda/jeda-runner /tmp/jeda-runner && ln -sf /tmp/jeda-runner /opt/jeda/jeda-runner",
      found: /\/opt\/jeda\/jeda-runner is there with mode and owner 777:0:0/,
    },
    {
      what: "a forced command widened",
      host: "edge",
      by: `cp -p /root/.ssh/authorized_keys /root/keys; sed -i 's/edge read"/edge policy"/' /root/.ssh/authorized_keys`,
      found: /key SHA256:\S+ \(ops-read\) leads to "edge policy", and did not when this was applied/,
      undo: "mv /root/keys /root/.ssh/authorized_keys",
    },
    {
      what: "a rule of policy routing",
      host: "edge",
      by: "ip rule add from 10.20.0.9 lookup 77",
      found: /routing rule IPv4 \d+: from 10\.20\.0\.9 lookup 77 was added/,
      undo: "ip rule del from 10.20.0.9 lookup 77",
    },
    {
      what: "the fence set back",
      host: "edge",
      by: "echo 0 >/run/jeda/fence",
      found: /\/run\/jeda\/fence was set back by hand: it says 0, and \d+ was kept/,
    },
    {
      what: "the fence raised",
      host: "edge",
      by: "read -r n _ </etc/jeda/fence; echo $((n + 1000)) >/etc/jeda/fence",
      found: /\/etc\/jeda\/fence was written by hand: it says \d+; it counts/,
    },
    {
      what: "the script's directory",
      host: "edge",
      by: "chmod 777 /usr/local/lib/jeda",
      found: /\/usr\/local\/lib\/jeda may be written by others than root/,
    },
    {
      what: "a table of others on several devices",
      host: "edge",
      by: `nft 'add table netdev taps; add chain netdev taps in { type filter hook ingress devices = { adm0, wan0 } priority 5; }'`,
      found: /foreign table netdev taps: in hooks ingress at priority 5/,
      undo: "nft delete table netdev taps",
    },
    {
      what: "the signing key's mode",
      host: "backup",
      by: "chmod 644 /etc/jeda/promotion.key",
      found: /\/etc\/jeda\/promotion\.key has mode and owner 644:0:0/,
    },
    {
      what: "a file beside the runner",
      host: "backup",
      by: "touch /opt/jeda/package.json",
      found: /\/opt\/jeda\/package\.json was not put there by jeda/,
      undo: "rm /opt/jeda/package.json",
    },
  ],
  [
    {
      what: "a table deleted",
      host: "edge",
      by: "nft delete table inet jeda",
      found: /table inet jeda is missing/,
    },
    {
      what: "a table made dormant",
      host: "edge",
      by: "nft 'add table inet jeda_window { flags dormant; }'",
      found: /table inet jeda_window is dormant/,
    },
    {
      what: "a command in the file for the next boot",
      host: "edge",
      by: "echo 'flush ruleset' >>/etc/jeda/edge.nft",
      found: /\/etc\/jeda\/edge\.nft holds a command beside the tables: "flush ruleset"/,
    },
    {
      what: "a drop that only comes with the next boot",
      host: "backup",
      by: "sed -i /no-other-ssh/d /etc/jeda/host.nft",
      found: /after a reboot: inet jeda_host input\/no-other-ssh: the rule is missing/,
    },
    {
      what: "the script of the backup host",
      host: "backup",
      by: "echo '# by hand' >>/usr/local/lib/jeda/firewall",
      found: /\/usr\/local\/lib\/jeda\/firewall is not what was installed/,
    },
    {
      what: "the runner's directory",
      host: "backup",
      by: "chmod 777 /opt/jeda",
      found: /\/opt\/jeda may be written by others than root: mode 777/,
    },
    {
      what: "the credentials' mode",
      host: "backup",
      by: "chmod 644 /etc/jeda/credentials.json",
      found: /\/etc\/jeda\/credentials\.json is readable by others: mode and owner 644:0/,
    },
    foreign("ip", "forward"),
    foreign("ip6", "prerouting"),
    foreign("bridge", "forward"),
    foreign("netdev", "ingress", 'device "adm0" '),
    foreign("inet", "output"),
    {
      what: "the script replaced by a link",
      host: "edge",
      by: "cp -p /usr/local/lib/jeda/edge /root/edge && ln -sf /root/edge /usr/local/lib/jeda/edge",
      found: /\/usr\/local\/lib\/jeda\/edge has mode and owner 777 0:0 link/,
    },
    {
      what: "the boot's hook",
      host: "edge",
      by: "chmod -x /etc/network/if-pre-up.d/jeda",
      found: /\/etc\/network\/if-pre-up\.d\/jeda does not load the policy at boot any more/,
      undo: "chmod +x /etc/network/if-pre-up.d/jeda",
    },
    {
      what: "a kernel setting",
      host: "edge",
      by: "echo 2 >/proc/sys/net/ipv4/conf/all/rp_filter",
      found: /net\.ipv4\.conf\.all\.rp_filter is 2, was 0 when this was applied/,
      undo: "echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter",
    },
    {
      what: "a report",
      host: "backup",
      by: `sed -i 's/"endedAt"/"endedat"/' /var/lib/jeda/windows/*/report.json`,
      found: /\/report\.json does not say what the journal says/,
    },
    {
      what: "a plan",
      host: "backup",
      by: `sed -i 's/"reconnectByMs": [0-9]*/"reconnectByMs": 1/' /var/lib/jeda/windows/*/plan.json`,
      found: /\/plan\.json is not the plan that was armed/,
    },
    {
      what: "a window with its journal removed",
      host: "backup",
      by: "echo night-0 >>/var/lib/jeda/windows.list",
      found: /window night-0: \/var\/lib\/jeda\/windows\/night-0 is gone/,
    },
    {
      what: "the reader of the read-only key locked",
      host: "backup",
      by: "chown 65534 /opt/jeda/backup-read",
      found: /\/opt\/jeda\/backup-read is there with mode and owner 755:65534:0/,
    },
  ],
];
