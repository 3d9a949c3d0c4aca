// Reading and writing of stored records: fixed big-endian integers, varints and length-prefixed
// strings. Every record begins with a version byte. The decoder checks every bound and throws
// damaged_record.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/base/clock.hpp"

namespace torhaus {

class damaged_record : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class encoder {
 public:
  // `room`: about how long the record will be.
  explicit encoder(std::uint8_t version, std::size_t room = 0) {
    out_.reserve(room);
    u8(version);
  }

  encoder& u8(std::uint8_t v) {
    out_.push_back(static_cast<char>(v));
    return *this;
  }
  encoder& u64(std::uint64_t v) {
    for (int shift = 56; shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(v >> shift));
    return *this;
  }
  encoder& varint(std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) u8(static_cast<std::uint8_t>(v | 0x80));
    return u8(static_cast<std::uint8_t>(v));
  }
  encoder& string(std::string_view v) {
    varint(v.size());
    out_.append(v);
    return *this;
  }
  // Bytes whose number the reader knows.
  encoder& raw(std::string_view v) {
    out_.append(v);
    return *this;
  }
  encoder& flag(bool v) { return u8(v ? 1 : 0); }
  encoder& time(sys_micros v) {
    return u64(static_cast<std::uint64_t>(v.time_since_epoch().count()));
  }
  std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

class decoder {
 public:
  // Throws damaged_record when the record is empty or of a version above `newest`.
  decoder(std::string_view bytes, std::uint8_t newest) : rest_(bytes) {
    version_ = u8();
    if (version_ == 0 || version_ > newest) throw damaged_record("record of an unknown version");
  }

  std::uint8_t version() const { return version_; }
  std::uint8_t u8() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint64_t u64() {
    std::uint64_t v = 0;
    for (const char c : take(8)) v = v << 8 | static_cast<std::uint8_t>(c);
    return v;
  }
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      v |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return v;
    }
    throw damaged_record("a number runs on");
  }
  std::string_view view() {
    const std::uint64_t length = varint();
    if (length > rest_.size()) throw damaged_record("a string runs over the end");
    return take(static_cast<std::size_t>(length));
  }
  std::string string() { return std::string(view()); }
  std::string_view raw(std::size_t n) { return take(n); }
  bool flag() { return u8() != 0; }
  sys_micros time() {
    return sys_micros(std::chrono::microseconds(static_cast<std::int64_t>(u64())));
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view take(std::size_t n) {
    if (n > rest_.size()) throw damaged_record("the record ends early");
    const std::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }

  std::string_view rest_;
  std::uint8_t version_ = 0;
};

}  // namespace torhaus
