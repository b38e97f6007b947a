# Shared by the scripts in bin/; source it, do not run it.
# shellcheck shell=bash

SLUICE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SLUICE_LOGS=${SLUICE_LOGS:-$SLUICE_ROOT/target/logs}

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# distribution_family: prints debian, redhat or other.
distribution_family() {
  local ids=""
  if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091
    ids=$(. /etc/os-release && printf ' %s %s ' "${ID:-}" "${ID_LIKE:-}")
  fi
  case $ids in
    *" debian "* | *" ubuntu "*) echo debian ;;
    *" rhel "* | *" centos "* | *" fedora "*) echo redhat ;;
    *) echo other ;;
  esac
}

# jdk_major HOME: prints the version of a JDK, nothing if there is none.
jdk_major() {
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/java" ] || return 0
  "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9][0-9]*\).*/\1/p'
}

# find_jdk: sets JAVA_HOME to a JDK 17 or newer and returns 0, or returns 1.
find_jdk() {
  local home major candidates=()
  [ -n "${JAVA_HOME:-}" ] && candidates+=("$JAVA_HOME")
  if command -v javac >/dev/null; then
    home=$(readlink -f "$(command -v javac)" 2>/dev/null) && candidates+=("${home%/bin/javac}")
  fi
  if [ -x /usr/libexec/java_home ]; then
    home=$(/usr/libexec/java_home -v 17+ 2>/dev/null) && candidates+=("$home")
  fi
  for home in /usr/lib/jvm/*; do
    [ -d "$home" ] && candidates+=("$home")
  done
  for home in "${candidates[@]}"; do
    major=$(jdk_major "$home")
    if [ -n "$major" ] && [ "$major" -ge 17 ]; then
      export JAVA_HOME=$home
      export PATH="$JAVA_HOME/bin:$PATH"
      return 0
    fi
  done
  return 1
}

# jdk_command: prints the one command that installs a JDK here.
jdk_command() {
  case $(distribution_family) in
    debian)
      if apt-cache show openjdk-17-jdk-headless >/dev/null 2>&1; then
        echo "apt-get install -y openjdk-17-jdk-headless"
      else
        echo "apt-get install -y default-jdk-headless"
      fi
      ;;
    redhat)
      local packager=dnf
      command -v dnf >/dev/null || packager=yum
      if $packager -q list java-17-openjdk-devel >/dev/null 2>&1; then
        echo "$packager install -y java-17-openjdk-devel"
      else
        echo "$packager install -y java-21-openjdk-devel"
      fi
      ;;
    *)
      if [ "$(uname -s)" = Darwin ]; then
        echo "brew install --cask temurin@17"
      else
        echo "sdk install java 17-open"
      fi
      ;;
  esac
}

# need_jdk: finds a JDK 17 or newer; root on a Debian or CentOS family machine gets one installed.
need_jdk() {
  find_jdk && return
  local family command
  family=$(distribution_family)
  if [ "$(id -u)" -eq 0 ] && [ "$family" != other ]; then
    if [ "$family" = debian ]; then
      quietly "Refreshing the package lists" apt-update.log apt-get -q update
    fi
    command=$(jdk_command)
    say "There is no JDK 17 or newer here; installing the distribution's: $command"
    # shellcheck disable=SC2086 # a command line
    quietly "Installing a JDK" install-jdk.log $command
    find_jdk || fail "the JDK was installed, but is not found; set JAVA_HOME to it"
    return
  fi
  command=$(jdk_command)
  [ "$family" = other ] || command="sudo $command"
  fail "Sluice needs a JDK 17 or newer, and none is here. Install one with: $command"
}

# need_maven: sets MVN to a Maven 3.8 or newer: the machine's, else the wrapper's.
need_maven() {
  local version=""
  if command -v mvn >/dev/null; then
    version=$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  fi
  case $version in
    3.[89]* | 3.[1-9][0-9]* | 4.*) MVN=mvn ;;
    *) MVN=$SLUICE_ROOT/mvnw ;;
  esac
}

# quietly WHAT LOG COMMAND...: runs the command with its output in a log, shows that it goes on,
# and shows the end of the log only if it fails.
quietly() {
  local what=$1 log=$SLUICE_LOGS/$2 start=$SECONDS last step pid status=0
  shift 2
  mkdir -p "$SLUICE_LOGS"
  say "$what ..."
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  last=""
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.5
    step=$(progress_step "$log")
    if [ -n "$step" ] && [ "$step" != "$last" ]; then
      say "  $step"
      last=$step
    fi
  done
  wait "$pid" || status=$?
  if [ "$status" -ne 0 ]; then
    grep -E '^\[ERROR\]|^E: ' "$log" | grep -v -E 'Help 1|Re-run Maven|To see the full|For more info' \
      | head -n 25 >&2 || tail -n 25 "$log" >&2
    say "$what failed (exit code $status); everything it said: $log"
    return "$status"
  fi
  say "$what: done in $((SECONDS - start)) s"
}

# progress_step LOG: the module Maven is at, as "[3/13] Sluice core".
progress_step() {
  sed -n 's/^\[INFO\] Building \(Sluice.*\) [0-9][^ ]* *\(\[[0-9]*\/[0-9]*\]\).*/\2 \1/p' "$1" \
    | tail -n 1
}

# maven WHAT LOG ARGUMENTS...: a quiet build of this project.
maven() {
  local what=$1 log=$2
  shift 2
  quietly "$what" "$log" "$MVN" -B -ntp -f "$SLUICE_ROOT/pom.xml" "$@"
}

# build_services SERVICE...: packages those of services/SERVICE, and what they need, that are not built or not of
# these sources; all in one build.
build_services() {
  local service modules="" stale=() begun
  for service in "$@"; do
    if ! is_fresh "$service"; then
      stale+=("$service")
      modules=$modules,services/$service
    fi
  done
  [ ${#stale[@]} -gt 0 ] || return 0
  need_jdk
  need_maven
  mkdir -p "$SLUICE_LOGS"
  begun=$SLUICE_LOGS/build-$1.begun # what is edited while it builds is newer than this
  touch "$begun"
  maven "Building ${modules#,}" "build-$1.log" package -pl "${modules#,}" -am \
    -DskipTests -Dcyclonedx.skip=true
  for service in "${stale[@]}"; do
    touch -r "$begun" "$SLUICE_ROOT/services/$service/target/built"
  done
}

is_fresh() {
  local stamp=$SLUICE_ROOT/services/$1/target/built
  [ -e "$stamp" ] && [ -z "$(find "$SLUICE_ROOT/pom.xml" "$SLUICE_ROOT/embedded" \
    "$SLUICE_ROOT/opdata" "$SLUICE_ROOT/pgtask" "$SLUICE_ROOT/services" -newer "$stamp" \
    \( -path '*/src/main/*' -o -name pom.xml \) -type f -print -quit)" ]
}

# java_of MODULE: sets JAVA to the command of a JVM with the class path of a built module. SLUICE_HEAP_DUMP=DIRECTORY
# has it leave a heap dump there when memory runs out: large, and with whatever lay in memory, so nobody gets one unasked.
java_of() {
  JAVA=(java "@$SLUICE_ROOT/services/jvm.options")
  if [ -n "${SLUICE_HEAP_DUMP:-}" ]; then
    JAVA+=(-XX:+HeapDumpOnOutOfMemoryError "-XX:HeapDumpPath=$SLUICE_HEAP_DUMP")
  fi
  JAVA+=(-cp "$SLUICE_ROOT/$1/target/classes:$SLUICE_ROOT/$1/target/lib/*")
}

# help_of CLASS ARGUMENTS...: answers --help at once, without a build: by the program of bench if it is built, else with
# what the script says of itself.
help_of() {
  local class=$1 built=$SLUICE_ROOT/bench/target
  shift
  case " $* " in *" --help "* | *" -h "*) ;; *) return 0 ;; esac
  if [ -e "$built/classes/io/sluice/bench/$class.class" ] && [ -d "$built/lib" ] && find_jdk; then
    java_of bench
    exec "${JAVA[@]}" "io.sluice.bench.$class" --help
  fi
  sed -nE '2,/^set/s/^# (.*); .*--help tells more\.$/\1./p' "$0"
  echo "Its options are shown once it is built: mvn package -pl bench -am -DskipTests"
  exit 0
}

# rabbitmq_of ARGUMENTS...: prints the value of --rabbitmq, or "system".
rabbitmq_of() {
  local value=system
  while [ $# -gt 0 ]; do
    case $1 in
      --rabbitmq) value=${2:-} ;;
      --rabbitmq=*) value=${1#*=} ;;
    esac
    shift
  done
  printf '%s' "$value"
}

# need_rabbitmq WHICH: sees that the system's RabbitMQ is there, or RabbitMQ 4 in its folder, which
# root on Debian gets made from Debian forky (400 MB, once).
need_rabbitmq() {
  case $1 in
    4) need_rabbitmq4 "${SLUICE_RABBITMQ_4:-$HOME/.cache/sluice/rabbitmq-4}" ;;
    *)
      compgen -G '/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server' >/dev/null \
        || fail "RabbitMQ is missing; on Debian: apt-get install rabbitmq-server"
      ;;
  esac
}

need_rabbitmq4() {
  local folder=$1
  compgen -G "$folder/usr/lib/rabbitmq/lib/rabbitmq_server-4*/sbin/rabbitmq-server" >/dev/null && return
  forky "$folder" "RabbitMQ 4" --include=rabbitmq-server
  printf '127.0.0.1 localhost\n' >"$folder.part/etc/hosts" # Erlang resolves its own node's name
  mv "$folder.part" "$folder"
}

# need_partman5 FOLDER: sees that PostgreSQL 18 with pg_partman 5 is in its folder, as RabbitMQ 4 is.
need_partman5() {
  local folder=$1
  [ -e "$folder/usr/share/postgresql/18/extension/pg_partman.control" ] && return
  forky "$folder" "PostgreSQL 18 and pg_partman 5" --include=postgresql-common
  mkdir -p "$folder.part/etc/postgresql-common"
  printf 'create_main_cluster = false\n' >"$folder.part/etc/postgresql-common/createcluster.conf"
  quietly "Installing them" partman5.log \
    chroot "$folder.part" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends postgresql-18 postgresql-18-partman
  mv "$folder.part" "$folder"
}

# forky FOLDER WHAT OPTIONS...: makes a Debian forky in FOLDER.part, from where it is to be moved once all is in it.
forky() {
  local folder=$1 what=$2 scripts=/usr/share/debootstrap/scripts
  shift 2
  [ "$(id -u)" -eq 0 ] || fail "$what runs by chroot from a folder of Debian forky, which needs root"
  command -v debootstrap >/dev/null \
    || fail "debootstrap is missing, which makes the folder of $what; on Debian: apt-get install debootstrap"
  rm -rf "$folder.part"
  mkdir -p "$(dirname "$folder")"
  # debootstrap has a script of its own for releases it knows; all of them are the one of sid.
  quietly "Making a Debian forky with $what in $folder" debootstrap.log \
    debootstrap --variant=minbase "$@" forky "$folder.part" http://deb.debian.org/debian "$scripts/sid"
}
