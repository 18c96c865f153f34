# --- reading back: what a boot, a timer, a login, a name or a program of this host depends on ---

# "site host kind KIND" says that a kind was looked at, "site host KIND NAME<tab>VALUE" is one of it.
site_host() {
  home=${HOME:-/root}
  site_said host "file directory account group mount program setuid package"
  site_files
  site_directories
  site_accounts
  site_mounts
  site_programs
  site_setuid
  site_packages
}

# Where /bin is not a link to /usr/bin yet, a program in it is told as if it were: an upgrade to Debian 12 makes it one.
site_setuid() {
  {
    set -- /bin /sbin /usr/bin /usr/sbin /usr/lib /usr/libexec /usr/local /opt /srv /tmp /var/tmp /var/lib /dev/shm "$home" /home
    find "$@" -xdev -maxdepth 4 -type f -perm /6000 2>/dev/null | tr '\n' '\0' | xargs -0 -r stat -c 'site host setuid %n	mode and owner %a %u:%g' 2>/dev/null || true
    ! command -v getcap >/dev/null 2>&1 ||
      find "$@" -xdev -maxdepth 4 -type f -perm /111 2>/dev/null | tr '\n' '\0' | xargs -0 -r getcap 2>/dev/null | sed 's/ = / /; s/^\([^ ]*\) \(.*\)/site host setuid \1 capabilities	\2/'
  } | sed 's,^site host setuid /\(s*bin/\),site host setuid /usr/\1,' | sort -u
}

# Everything in /etc, and elsewhere what a boot, a timer, a login or a search for a program reads. What moves by itself
# is left out, and what is jeda's own and told elsewhere.
site_watched() {
  find /etc /var/spool/cron /usr/local/bin /usr/local/sbin /usr/local/etc /usr/local/libexec /usr/local/share/ca-certificates \
    /usr/local/lib/systemd /run/systemd/system /run/systemd/network /run/udev/rules.d /run/sysctl.d /run/modprobe.d "$home/bin" \
    "$home/.local/bin" "$home/.config/systemd" "$home/.config/rclone" "$home/.ssh" ! -type d ! -type s \
    ! -name '*.dpkg-*' ! -name '*.ucf-*' ! -name '.*.sw?' ! -name '*.jnl' ! -name .pwd.lock ! -name .updated ! -name .SEQ \
    ! -path '/etc/jeda/*' ! -path '*/jeda-window-*' ! -path '*/jeda-boot.service' \
    ! -path /etc/mtab ! -path /etc/adjtime ! -path /etc/ld.so.cache ! -path '/etc/*-' ! -path '/etc/lvm/[ab]*/*' \
    ! -path '/etc/cups/*' ! -path '/etc/letsencrypt/*/*' ! -path '/etc/xml/*' ! -path '/etc/sgml/*' ! -path /etc/udev/hwdb.bin \
    ! -path '/etc/apt/apt.conf.d/*autoremove-*' ! -path '/etc/.java/*' ! -path '/etc/fail2ban/*.sqlite*' ! -path '/etc/openvpn/*.log' \
    ! -path '/etc/ssl/certs/[0-9a-f]*.[0-9]' ! -path /etc/ssl/certs/ca-certificates.crt ! -path '/etc/ssl/certs/java/*' \
    ! -path '*/spool/cron/atspool/*' ! -path /usr/local/bin/restic ! -path /usr/local/bin/rclone ! -path /usr/local/bin/rest-server \
    ! -path "$home/.ssh/authorized_keys*" ! -path "$home/.ssh/known_hosts*" 2>/dev/null || true
  # What a shell, a client of a database or of the web, and the loader read.
  find "$home" /usr/local/lib -maxdepth 1 ! -type d \( -name '.*' -o -name '*.so*' \) ! -name '.*history' ! -name .viminfo ! -name .lesshst \
    ! -name .wget-hsts ! -name .Xauthority ! -name .rnd ! -name '.*.sw?' ! -name .selected_editor 2>/dev/null || true
  find "$etc" -maxdepth 1 ! -type d ! -name edge.nft ! -name host.nft ! -name edge-minimal.nft ! -name host-minimal.nft ! -name fence ! -name credentials.json ! -name promotion.key ! -name '.new.*' 2>/dev/null || true
  find /run/systemd/transient -name '*.timer' ! -name 'jeda-*' 2>/dev/null || true
  # An edge is a place to go on from; the backup host goes nowhere but where jeda goes.
  [ "$mode" != host ] || find "$home/.ssh" -name known_hosts 2>/dev/null || true
  # The account's own keys are told one by one.
  awk -F: -v own="$home" '$6 ~ /^\/./ && $6 != own { print $6 "/.ssh/authorized_keys" }' /etc/passwd | sort -u |
    while read -r path; do [ ! -f "$path" ] || echo "$path"; done
}

# In these what a package has is left out, and what none has is told.
packaged='(s?bin|lib/(systemd/(system|user|network|system-[a-z]*)|udev/rules[.]d|sysctl[.]d|modprobe[.]d|modules-load[.]d|tmpfiles[.]d|binfmt[.]d|environment[.]d|networkd-dispatcher))'

# "MD5 PATH" of all files of packages that are of use here, "- PATH" for links; "conffile MD5 PATH" too. Kept until dpkg
# changes something, for it takes as long as all the rest.
package_files() {
  state=$(stat -c '%Z %s %i' /var/lib/dpkg/status)
  if [ "$state" != "$(head -n 1 "$run/packages" 2>/dev/null)" ]; then
    { echo "$state"; read_packages; } >"$work/read-packages"
    mv "$work/read-packages" "$run/packages"
  fi
  sed 1d "$run/packages"
}

read_packages() {
  awk '/^Status:/ { here = $4 == "installed" } /^[^ ]/ { inside = /^Conffiles:/ } inside && here && /^ / && $3 == "" { print "conffile", $2, $1 }' /var/lib/dpkg/status
  cat /var/lib/dpkg/info/*.md5sums 2>/dev/null | sed -nE "s,^([0-9a-f]{32})  (usr/)?($packaged/),\1 /\3,p"
  cat /var/lib/dpkg/info/*.list 2>/dev/null | sed -nE "s,^(/usr)?(/$packaged/),- \2,p"
}

# Of a link its target counts, of a file its content and who may write it, unless both are as its package has them. A
# private key of SSH is not read; what others may not read is hashed with those keys, so that nobody can guess at it.
site_files() {
  site_watched | sort -u >"$work/watched"
  : >"$work/packages"
  if [ -e /var/lib/dpkg/status ]; then
    package_files >"$work/packages"
    find -L /usr/bin /usr/sbin -maxdepth 1 >"$work/new" 2>/dev/null || true
    find /usr/lib/systemd/system /usr/lib/systemd/user /usr/lib/systemd/network /usr/lib/systemd/system-* /usr/lib/udev/rules.d \
      /usr/lib/sysctl.d /usr/lib/modprobe.d /usr/lib/modules-load.d /usr/lib/tmpfiles.d /usr/lib/binfmt.d /usr/lib/environment.d \
      /usr/lib/networkd-dispatcher -type f 2>/dev/null >>"$work/new" || true
    # Those of packages are compared where they are small; programs that jeda runs are, whatever their size.
    awk 'NR == FNR { if ($1 != "conffile") { has[$2] = 1 } next }
      { path = $0; sub(/^\/usr/, "", path); if (!(path in has) || path ~ /^\/lib\/(systemd\/(system|user|network)|udev|sysctl|modprobe|modules|tmpfiles|binfmt|env|networkd)/) print }' "$work/packages" "$work/new" |
      grep -vE '^/usr/s?bin$' >>"$work/watched" || true
  else
    echo "unlooked new programs beside those of packages: dpkg is missing"
  fi
  of_dhcp=; ! { runs 'dhclient|dhcpcd|udhcpc|NetworkManager' || grep -qsiE '^#.*(generated|dynamic) ' /etc/resolv.conf; } || of_dhcp=yes
  grep -vE '/ssh_host_[a-z0-9]*_key$|^/etc/g?shadow$|^/etc/(passwd|group)$' "$work/watched" | grep -vx "${of_dhcp:+/etc/resolv.conf}" >"$work/read" || true
  tr '\n' '\0' <"$work/watched" | xargs -0 -r stat -c 'mode %a %u:%g %s %Y %n' 2>/dev/null >"$work/modes" || true
  tr '\n' '\0' <"$work/watched" | xargs -0 -r ls -ldn 2>/dev/null | sed -nE 's,^(l[^ ]*)( +[^ ]+){7} (/.*) -> (.*),link \4	\3,p; s,^.{10}\+( +[^ ]+){7} (/.*),acl \2,p' >>"$work/modes" || true
  lsattr -R /etc 2>/dev/null | awk '$1 ~ /^[^\/]*[ia][^\/]*$/ && $2 ~ /^\// { path = $0; sub(/^[^ ]* */, "", path); print "fixed " path }' >>"$work/modes" || true
  awk '$1 == "mode" && $4 < 4194304 { path = $0; sub(/^mode [^ ]* [^ ]* [^ ]* [^ ]* /, "", path); print path }' "$work/modes" | sort >"$work/small"
  sort "$work/read" | comm -12 - "$work/small" | while read -r path; do [ -L "$path" ] || [ ! -f "$path" ] || echo "$path"; done >"$work/hashed"
  tr '\n' '\0' <"$work/hashed" | xargs -0 -r md5sum 2>/dev/null >"$work/md5" || true
  # What is as its package has it; "packaged" says that the rest of a package's is not.
  awk -v now="$work/now" '
    FILENAME ~ /packages$/ { if ($1 == "conffile") { path = $3; sum[path] = $2 } else { path = $2; if ($1 != "-") sum[path] = $1; else if (!(path in sum)) sum[path] = "-" } next }
    { path = substr($0, index($0, "/")); short = path; sub(/^\/usr/, "", short); if (!(short in sum) || path ~ /^\/etc/) short = path
      print (!(short in sum) ? "own " : sum[short] == $1 ? "as " : "packaged ") path }' "$work/packages" "$work/md5" >"$work/state"
  secret=$(cat /etc/ssh/ssh_host_*_key /etc/dropbear/*_host_key 2>/dev/null | sha256sum)
  sed -n 's/^[po][^ ]* //p' "$work/state" | tr '\n' '\0' | xargs -0 -r stat -c '%A %n' 2>/dev/null | while read -r looks path; do
    case $looks in
    ???????r*) echo "$path" ;;
    *) echo "sum $({ echo "$secret"; cat "$path"; } | sha256sum | cut -c 1-12) $path" >&4 ;;
    esac
  done 4>"$work/sums" | tr '\n' '\0' | xargs -0 -r sha256sum 2>/dev/null | sed 's/^\(............\)[^ ]*  /sum \1 /' >"$work/open" || true
  awk -v path= '
    function after(words) { path = $0; while (words-- > 0) sub(/^[^ ]* /, "", path) }
    $1 == "conffile" { after(2); conffile[path] = 1; next }
    $1 == "as" || $1 == "packaged" || $1 == "own" { after(1); state[path] = $1; next }
    $1 == "sum" { after(2); sum[path] = $2; next }
    $1 == "acl" || $1 == "fixed" { after(1); odd[path] = odd[path] " " ($1 == "acl" ? "with an access list" : "immutable"); next }
    $1 == "link" { split($0, part, "\t"); link[part[2]] = substr(part[1], 6); next }
    $1 == "mode" { after(5); here[path] = 1; mode[path] = $2 " " $3; size[path] = $4 " bytes of " $5 }
    END {
      for (path in mode) {
        if (path in link) { if (path !~ /^\/etc\/ssl\/certs\// || link[path] !~ /^\/usr\/share\/ca-certificates\//) print "site host file " path "\ta link to " link[path]; continue }
        if (state[path] == "as" && mode[path] ~ /^(644|755) 0:0$/ && !(path in odd)) continue
        what = state[path] == "as" ? "packaged" : path in sum ? sum[path] : path in state || mode[path] == "" ? "unread" : size[path] ~ /^[0-9]{8,}/ ? size[path] : "unread"
        print "site host file " path "\t" what " " mode[path] odd[path] (state[path] == "packaged" ? " unlike its package'"'"'s" : "")
      }
      for (path in conffile) if (!(path in here)) print "site host file " path "\tmissing"
    }' "$work/packages" "$work/state" "$work/sums" "$work/open" "$work/modes"
  if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    bundle=$(grep -v '^$' /etc/ssl/certs/ca-certificates.crt | sort | sha256sum)
    [ "$bundle" != "$(cat /etc/ssl/certs/*.pem 2>/dev/null | grep -v '^$' | sort | sha256sum)" ] && echo "site host file /etc/ssl/certs/ca-certificates.crt	$(echo "$bundle" | cut -c 1-12) 644 0:0" || true
  fi
}

# Whoever may write in one of jeda's, or above it, may put another in its place; in /etc only root writes.
site_directories() {
  {
    for path in "${place%/*}" "$etc" /opt/jeda /var/lib/jeda "$home/.ssh/."; do
      while [ "$path" != "" ]; do
        path=${path%/*}
        echo "${path:-/}"
      done
    done
    find /etc -type d \( ! -perm 755 -o ! -uid 0 -o ! -gid 0 \) ! -path "$etc" 2>/dev/null || true
  } | sort -u | while read -r path; do
    [ ! -d "$path" ] || echo "site host directory $path	mode and owner $(stat -c '%a %u:%g' "$path")"
  done
  for path in "${place%/*}"/*; do
    case ${path##*/} in edge | firewall | '*') ;; *) echo "site host stray $path" ;; esac
  done
}

# Whether there is a password, not which: a hash of one could be tried.
site_accounts() {
  awk -F: '
    FILENAME == "/etc/shadow" { password[$1] = $2 == "" ? "no password" : $2 ~ /^[!*]/ ? "locked" : "a password"; next }
    FILENAME == "/etc/gshadow" { if ($3 != "") admins[$1] = ", administered by " $3; members[$1] = $4; next }
    # jeda makes this one itself, later than it looks: told where it is more than that.
    $1 == "jeda-repository" && (FILENAME == "/etc/passwd" ? $2 != "" && $7 ~ /(nologin|false)$/ && password[$1] == "locked" : $4 == "") { next }
    FILENAME == "/etc/passwd" { print "site host account " $1 "\tuid " $3 " with " $7 ", group " $4 ", home " $6 ($2 == "" ? ", no password" : $1 in password ? ", " password[$1] : ""); next }
    { print "site host group " $1 "\tgid " $3 " of " ($4 == "" ? "nobody else" : $4) ($1 in members && members[$1] != $4 ? ", of " members[$1] " in gshadow" : "") admins[$1] }' \
    /etc/shadow $(ls /etc/gshadow 2>/dev/null) /etc/passwd /etc/group 2>/dev/null || true
}

# What stands over programs, settings and jeda's own places.
site_mounts() {
  awk '$2 ~ /^\/(|boot(\/.*)?|etc(\/.*)?|usr(\/.*)?|s?bin(\/.*)?|lib[^\/]*(\/.*)?|opt(\/.*)?|root(\/.*)?|var|var\/lib|var\/spool(\/.*)?|run\/jeda(-repository)?(\/.*)?|run\/systemd|run\/systemd\/(system|transient)|var\/lib\/(jeda|dpkg)(\/.*)?)$/ &&
    $2 !~ /\/scratch/ && $3 !~ /^(cifs|nfs4?|fuse\..*|autofs)$/ {
      n = split($4, option, ","); more = ""
      for (i = 1; i <= n; i++) if (option[i] ~ /^(ro|noexec)$/) more = more " " option[i]
      print "site host mount " $2 "\t" $3 more }' /proc/self/mounts
}

# The programs that jeda's scripts name, and those that its runner starts: whether each is the one of its package.
site_programs() {
  set -- "$self"
  more=sshd
  path='/usr/sbin /usr/bin /sbin /bin'
  if [ "$mode" = host ]; then
    set -- "$self" /opt/jeda/jeda-runner /opt/jeda/serve-repository.sh /opt/jeda/backup-read
    more="sshd ssh restic rclone rest-server mount umount mount.cifs fusermount3 mariadb mariadb-dump mariadbd mariadb-install-db setpriv unshare nsenter"
    path="/usr/local/sbin /usr/local/bin $path"
  fi
  {
    cat "$@" 2>/dev/null | grep -v '^ *#' | tr -cs 'A-Za-z0-9_.-' '\n' | grep -E '^[a-z][a-z0-9_.-]+$'
    printf '%s\n' $more
  } | sort -u | while read -r name; do
    for directory in $path; do
      found=$directory/$name
      [ -f "$found" ] && [ -x "$found" ] || continue
      if [ -L "$found" ]; then echo "$found $(readlink -f "$found")"; else echo "$found $found"; fi
      break
    done
  done >"$work/programs"
  cut -d ' ' -f 2 "$work/programs" | kept_sums md5sum >"$work/md5"
  awk 'FILENAME ~ /packages$/ { if ($1 !~ /^(conffile|-)$/) sum[$2] = $1; next }
    FILENAME ~ /md5$/ { is[$2] = $1; next }
    { short = $2; sub(/^\/usr/, "", short); if (sum[short] == is[$2] && is[$2] != "") print $1 "\tof its package"; else print $1 "\t" $2 }' "$work/packages" "$work/md5" "$work/programs" >"$work/judged"
  sed -n "s,^[^$tab]*$tab/,/,p" "$work/judged" | kept_sums sha256sum >"$work/sha"
  awk -F '\t' 'FILENAME == ARGV[1] { sum[substr($0, index($0, "  ") + 2)] = substr($0, 1, 12); next }
    { name = $1; sub(/.*\//, "", name); found = $1; sub(/^\/s?bin\//, "/usr&", found); print "site host program " name "\t" found " " ($2 ~ /^\// ? "with the hash " sum[$2] : $2) }' "$work/sha" "$work/judged"
}

# kept_sums md5sum|sha256sum: of the files on standard input, as that program prints them. A sum is kept until device,
# inode, size or time of change of its file is another: to hash the database's server takes longer than all the rest.
kept_sums() {
  sort -u | tr '\n' '\0' | xargs -0 -r stat -c '%n	%d %i %s %z' 2>/dev/null >"$work/looks" || true
  cat "$run/$1" >"$work/kept" 2>/dev/null || true
  awk -F '\t' 'FILENAME == ARGV[1] { sum[$1, $2] = 1; next } !(($1, $2) in sum) { print $1 }' "$work/kept" "$work/looks" |
    tr '\n' '\0' | xargs -0 -r "$1" 2>/dev/null >"$work/fresh" || true
  awk -F '\t' 'FILENAME == ARGV[1] { sum[$1, $2] = $3; next }
    FILENAME == ARGV[2] { at = index($0, "  "); fresh[substr($0, at + 2)] = substr($0, 1, at - 1); next }
    { is = $1 in fresh ? fresh[$1] : sum[$1, $2]; if (is != "") print $0 "\t" is }' "$work/kept" "$work/fresh" "$work/looks" >"$work/all"
  awk -F '\t' '{ print $3 "  " $1 }' "$work/all"
  mv "$work/all" "$run/$1"
}

# Those that somebody asked for; kernels and what comes with another package change by upgrades.
site_packages() {
  awk '/^Package:/ { name = $2 } FILENAME ~ /extended_states$/ { if (/^Auto-Installed: 1/) auto[name] = 1; next }
    /^Status:.* installed$/ && !(name in auto) && name !~ /^linux-(image|headers|modules|kbuild)/ { print "site host package " name "\t" }' \
    $(ls /var/lib/apt/extended_states 2>/dev/null) /var/lib/dpkg/status 2>/dev/null || true
}

