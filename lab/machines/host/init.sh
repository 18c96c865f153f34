#!/bin/sh
# The first process of a lab host (PID 1 of its own PID namespace): builds the host's root out of TREE, which is the
# machine's root or that of another release (read only, below) and the host's own disk (above), moves into it, and boots.
#   init.sh HOST HOME TREE DATA DATA_AT NODE SERVICES GROUP
# HOME is the host's directory outside; DATA (or "") a read-only template that is seen, writable, at DATA_AT;
# NODE (or "") a Node executable that the host's own services run on; GROUP (or "") the control group, by its name, of a
# host that systemd boots.
set -eu
host=$1 home=$2 tree=$3 data=$4 data_at=$5 node=$6 services=$7 group=$8
disk=$home/disk
root=$home/root

# /proc is still the machine's: this is the process id out there, by which the host is switched off.
read -r pid _ </proc/self/stat
echo "$pid $(stat -L -c %i /proc/self/ns/pid)" >"$home/init.new"
mv "$home/init.new" "$home/init"

hostname "$host"
mkdir -p "$root" "$disk/upper" "$disk/work" "$disk/own"
mount -t overlay jeda-lab -o "lowerdir=$tree,upperdir=$disk/upper,workdir=$disk/work" "$root"

# What of the machine must not show through: people's homes and caches, its keys, its services' data.
own() {
  mkdir -p "$disk/own/$1" "$root/$1"
  chmod "$2" "$disk/own/$1"
  mount --bind "$disk/own/$1" "$root/$1"
}
for directory in home etc/ssh opt srv mnt media var/log var/lib/mysql var/lib/samba; do own "$directory" 755; done
own root 700
[ -z "$group" ] || own etc/systemd 755
own var/tmp 1777

if [ -n "$data" ]; then
  mkdir -p "$root$data_at" "$disk/data" "$disk/data-work"
  chmod --reference="$data" "$disk/data"
  chown --reference="$data" "$disk/data"
  mount -t overlay jeda-lab -o "lowerdir=$data,upperdir=$disk/data,workdir=$disk/data-work" "$root$data_at"
fi

mount -t tmpfs -o mode=755,size=256m jeda-lab "$root/run"
mount -t tmpfs -o mode=1777,size=1g jeda-lab "$root/tmp"
mount -t tmpfs -o mode=755,size=1m jeda-lab "$root/dev"
mkdir -p "$root/run/lock" "$root/run/lab" "$root/run/sshd" "$root/run/old" "$root/dev/pts" "$root/dev/shm"
chmod 1777 "$root/run/lock"
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty "$root/dev/"
[ ! -e /dev/fuse ] || cp -a /dev/fuse "$root/dev/"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 jeda-lab "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mount -t sysfs sysfs "$root/sys"
mount -t proc proc "$root/proc"
# Each boot of a host has a boot id of its own, as on a machine of its own. (/proc/uptime stays the machine's:
# it never goes back, which is all that is asked of it.)
cat /proc/sys/kernel/random/uuid >"$root/run/lab/boot_id"
mount --bind "$root/run/lab/boot_id" "$root/proc/sys/kernel/random/boot_id"

if [ -d "$disk/seed" ]; then # first boot: install the host
  rm -rf "$root/etc/jeda" "$root/var/lib/jeda" "$root/usr/local/lib/jeda"
  cp -a --remove-destination "$disk/seed/." "$root/"
  rm -rf "$disk/seed"
fi

if [ -n "$node" ]; then
  mkdir -p "$root/usr/local/lib/lab/services"
  : >>"$root/usr/local/lib/lab/node"
  mount --bind "$node" "$root/usr/local/lib/lab/node"
  mount --bind "$services" "$root/usr/local/lib/lab/services"
  mount -o remount,bind,ro "$root/usr/local/lib/lab/services"
fi

cd "$root"
pivot_root . run/old
umount -l /run/old
rmdir /run/old
if [ -n "$group" ]; then
  # The kernel's tree of control groups is the machine's: this host gets a branch, and sees nothing else of it.
  mkdir /run/lab/groups
  mount -t cgroup2 none /run/lab/groups
  mkdir -p "/run/lab/groups/$group"
  echo 0 >"/run/lab/groups/$group/cgroup.procs"
  umount /run/lab/groups
  # Of this machine's units none belongs to the host.
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=jeda-lab \
    SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/systemd/system \
    unshare --cgroup sh -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /lib/systemd/systemd "$@"' \
    sh --system --unit=multi-user.target --log-target=console </dev/null
fi
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
  sh /etc/lab/start </dev/null
