#!/usr/bin/env bash
# Makes the topics of the stack where they are missing; those that are there stay as they are. Run once by the service
# dashstream-topics, with Kafka's own command.
set -euo pipefail

# create NAME PARTITIONS
create() {
  kafka-topics --bootstrap-server "$BOOTSTRAP_SERVER" --create --if-not-exists \
    --topic "$1" --partitions "$2" --replication-factor 1
}

create "$TOPIC" "$PARTITIONS"
# Dead letters of the server, and of programs that use the library, such as the quality monitor.
create "$DLQ_TOPIC" 1
create "$LIBRARY_DLQ_TOPIC" 1
