#!/usr/bin/env bash
# Makes the golden values with encoders that are not ours: protoc for the messages, the zstd command for the frames.
# Needs protoc (protobuf-compiler) and zstd. Run it in this folder; the results are committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for text in *.textproto; do
  protoc --proto_path=../../../proto --encode=dashstream.v1.DashStreamMessage dashstream.proto < "$text" > "${text%.textproto}.bin"
done
# With the content size declared (a file), and without (a stream).
zstd -q -f -3 --no-check state_diff.bin -o state_diff.zst
zstd -q -3 --no-check < state_diff.bin > state_diff.stream.zst
# A frame of the second protocol on /ws, without its first byte.
protoc --proto_path=../../../proto --encode=dashstream.stream.v2.RecordFrame dashstream_stream.proto \
  < stream/record_frame.textproto > stream/record_frame.bin
