#include "gateway/s3/form/file_body.hpp"

#include <algorithm>
#include <cstring>

#include "gateway/s3/form/multipart.hpp"

namespace torhaus::gateway::s3::form {
namespace {

// Read at once from the request's body: as much as its own consumer takes in one step.
constexpr std::size_t read_bytes = 64 * 1024;

}  // namespace

file_body::file_body(http::body_reader& inner, std::string_view first, std::string delimiter)
    : inner_(inner),
      delimiter_(std::move(delimiter)),
      buffer_(std::max(first.size(), read_bytes) + delimiter_.size()) {
  std::ranges::copy(first, buffer_.begin());
  end_ = first.size();
  find_end();
}

std::string_view file_body::held() const { return {buffer_.data() + begin_, end_ - begin_}; }

task<result<std::size_t>> file_body::read(std::span<std::byte> out) {
  while (ready_ == 0 && !ended_) {
    if (auto ok = co_await more(); !ok) co_return std::move(ok).error();
  }
  const std::size_t n = std::min(ready_, out.size());
  if (n > bounds_.most - given_) {
    co_return error(errc::entity_too_large)
        .with("ProposedSize", std::to_string(given_ + ready_))
        .with("MaxSizeAllowed", std::to_string(bounds_.most));
  }
  if (n > 0) {
    std::memcpy(out.data(), buffer_.data() + begin_, n);
    begin_ += n;
    ready_ -= n;
    given_ += n;
    co_return n;
  }
  if (!out.empty() && !checked_) {
    if (auto ok = co_await check_ending(); !ok) co_return std::move(ok).error();
    if (given_ < bounds_.least) {
      co_return error(errc::entity_too_small)
          .with("ProposedSize", std::to_string(given_))
          .with("MinSizeAllowed", std::to_string(bounds_.least));
    }
  }
  co_return std::size_t{0};
}

// Reads behind what is held.
task<result<void>> file_body::more() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const auto room = std::as_writable_bytes(std::span(buffer_)).subspan(end_);
  auto n = co_await inner_.read(room);
  if (!n) co_return std::move(n).error();
  if (*n == 0) co_return errc::malformed_post_request;
  end_ += *n;
  find_end();
  co_return result<void>();
}

// What cannot be the begin of the delimiter is content.
void file_body::find_end() {
  const std::string_view have = held();
  const std::size_t at = have.find(delimiter_);
  ended_ = at != std::string_view::npos;
  if (ended_) {
    ready_ = at;
  } else {
    ready_ = have.size() - std::min(have.size(), delimiter_.size() - 1);
  }
}

task<result<void>> file_body::check_ending() {
  begin_ += delimiter_.size();
  while (true) {
    const ending seen = judge_ending(held());
    checked_ = seen == ending::good;
    if (checked_) co_return result<void>();
    if (seen == ending::bad) co_return errc::malformed_post_request;
    if (auto ok = co_await more(); !ok) co_return ok;
    ready_ = 0;
    ended_ = true;
  }
}

}  // namespace torhaus::gateway::s3::form
