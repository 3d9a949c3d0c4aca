// A history: what concurrent clients asked, what they were told, and when.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace torhaus::model {

// Every content is written once, and known by a number.
inline constexpr int nothing = -1;   // no object, or a delete marker
inline constexpr int not_ours = -2;  // bytes that nobody wrote, or a mix

enum class action : std::uint8_t {
  put,  // PutObject, or the completion of an upload
  remove,
  remove_version,
  read,          // GetObject, HeadObject, a line of a listing
  read_version,  // GetObject with a version id
  list_versions,
  // Several keys at once: a listing and DeleteObjects. Told as one event a key.
  list,
  remove_many,
};

enum class only_if : std::uint8_t { always, absent, matches };

struct call {
  action what = action::read;
  int key = 0;
  int value = nothing;  // that is put
  only_if condition = only_if::always;
  int matched = nothing;     // the value whose ETag is asked for
  std::string version = {};  // id
  bool in_parts = false;     // a put by CompleteMultipartUpload
  bool head = false;
};

enum class verdict : std::uint8_t {
  done,
  refused,    // 412
  missing,    // 404
  disturbed,  // 409: a completion with a condition, whose key changed since the upload began
  unknown,    // cut off: it may have happened or not
};

struct shown_version {
  int value = nothing;  // of a delete marker: nothing
  std::string id;
};

struct outcome {
  verdict is = verdict::unknown;
  int value = nothing;                     // that was read
  std::string version = {};                // id that was told
  std::vector<shown_version> listed = {};  // newest first
};

using steady_time = std::chrono::steady_clock::time_point;

struct event {
  int client = 0;
  call asked;
  outcome told;
  steady_time invoked;
  // Of an unknown one: the moment after which it cannot happen any more.
  steady_time returned;
};

std::string text_of(const event&, steady_time began);

}  // namespace torhaus::model
