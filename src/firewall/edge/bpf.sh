# --- reading back: BPF programs in the way of packets ---

# "bpf INTERFACE WAY COUNT", "bpf - HOOK COUNT" and "bpf cgroup TYPE COUNT" a line. Neither ip nor tc shows a program
# that hangs on an interface by a link of the kernel's (tcx, netkit), nft none on its hooks; the kernel tells of them
# by bpf(2) alone, which perl-base can call. Fails where it can't be asked.
bpf_programs() {
  perl - 2>/dev/null <<'EOF'
use strict;
my %number = (x86_64 => 321, aarch64 => 280, armv7l => 386, armv8l => 386, i686 => 357, riscv64 => 280, ppc64le => 361, s390x => 351);
my $machine = `uname -m`;
chomp $machine;
my $bpf = $number{$machine} or die;
sub ask { my ($command, $attributes) = @_; my $answer = syscall($bpf, $command, $_[1], length $_[1]); $_[2] = $_[1]; return $answer }
# PROG_QUERY: how many programs of that attach type are on the interface or the cgroup.
sub count { my $query = pack('LLLLQLLQQQQ', @_, (0) x 9); return ask(16, $query) < 0 ? 0 : (unpack 'LLLLQL', $query)[5] }
# LINK_GET_NEXT_ID, LINK_GET_FD_BY_ID, OBJ_GET_INFO_BY_FD: links on hooks of netfilter, and on the namespace's sockets.
my ($id, @hooks) = (0, 'prerouting', 'input', 'forward', 'output', 'postrouting');
my %links;
for (;;) {
  my $next = pack 'LLL', $id, 0, 0;
  if (ask(31, $next) < 0) { die if $!{EPERM} || $!{ENOSYS}; last }
  $id = (unpack 'LL', $next)[1];
  my $open = pack 'LLL', $id, 0, 0;
  my $fd = ask(30, $open);
  next if $fd < 0;
  my $info = "\0" x 256;
  my $about = pack 'LLQ', $fd, length $info, unpack('Q', pack 'P', $info);
  my ($type, undef, undef, undef, $family, $hook, $priority) = ask(15, $about) < 0 ? 0 : unpack 'LLLLLLl', $info;
  $links{($family == 10 ? 'IPv6' : 'IPv4') . " $hooks[$hook] $priority"}++ if $type == 10;
  $links{'sockets'}++ if $type == 5;
  require POSIX;
  POSIX::close($fd);
}
print "bpf - $_ $links{$_}\n" for sort keys %links;
my %ways = (46 => 'ingress', 47 => 'egress', 54 => 'ingress', 55 => 'egress');
for (`ip -o link show`) {
  my ($index, $name) = /^(\d+): ([^:@\s]+)/ or next;
  for my $way (sort keys %ways) { my $count = count($index, $way); print "bpf $name $ways{$way} $count\n" if $count }
}
for my $root (grep { -e "$_/cgroup.controllers" } '/sys/fs/cgroup', '/sys/fs/cgroup/unified') {
  open my $directory, '<', $root or next;
  for my $type (0 .. 3, 8 .. 11, 14, 15, 19, 20, 29 .. 32) { my $count = count(fileno $directory, $type); print "bpf cgroup $type $count\n" if $count }
}
EOF
}
