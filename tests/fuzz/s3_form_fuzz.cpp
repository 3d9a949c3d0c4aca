// A browser upload: the first line is the Content-Type, the second how many bytes come at once, the
// rest the body. Fields and file must be the same however the body is cut, and within bounds; the
// policy and the headers of whatever fields there are must not fall over.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "gateway/s3/form/fields.hpp"
#include "gateway/s3/form/file_body.hpp"
#include "gateway/s3/form/multipart.hpp"
#include "gateway/s3/form/policy.hpp"
#include "tests/support/run_task.hpp"

namespace {

namespace form = torhaus::gateway::s3::form;
namespace http = torhaus::gateway::http;
using torhaus::result;

void require(bool holds) {
  if (!holds) std::abort();
}

class text_source final : public http::body_reader {
 public:
  text_source(std::string_view text, std::size_t step) : rest_(text), step_(step) {}
  std::optional<std::uint64_t> content_length() const override { return rest_.size(); }
  torhaus::task<result<std::size_t>> read(std::span<std::byte> out) override {
    const std::size_t n = std::min({step_, out.size(), rest_.size()});
    if (n > 0) std::memcpy(out.data(), rest_.data(), n);
    rest_.remove_prefix(n);
    co_return n;
  }

 private:
  std::string_view rest_;
  std::size_t step_;
};

struct outcome {
  std::string error;
  std::string fields;
  std::string file;
};

torhaus::task<result<std::string>> read_file(form::file_body& file) {
  std::string all;
  std::array<std::byte, 1000> piece;
  while (true) {
    const auto n = co_await file.read(piece);
    if (!n) co_return n.error();
    if (*n == 0) co_return all;
    all.append(reinterpret_cast<const char*>(piece.data()), *n);
  }
}

outcome run(const std::string& boundary, std::string_view body, std::size_t step) {
  form::parser p(boundary);
  outcome o;
  bool file = false;
  while (!file) {
    if (body.empty()) return {"ended", {}, {}};
    const std::string_view piece = body.substr(0, step);
    body.remove_prefix(piece.size());
    const auto fed = p.feed(piece);
    if (!fed) return {std::string(code_of(fed.error().code())), {}, {}};
    file = *fed;
  }
  for (const form::field& f : p.fields()) o.fields += f.name + "=" + f.value + "\n";
  require(o.fields.size() <= form::max_form_bytes);
  o.fields += p.file_name();
  text_source rest(body, step);
  form::file_body content(rest, p.rest(), p.delimiter());
  const auto read = torhaus::test::run_task(read_file(content));
  if (!read) return {std::string(code_of(read.error().code())), {}, {}};
  require(read->find(p.delimiter()) == std::string::npos);
  o.file = *read;
  std::vector<form::field> fields = p.fields();
  form::replace_file_name(fields, p.file_name());
  if (const auto headers = form::headers_of(fields)) {
    for (const auto& [name, value] : *headers) {
      // Metadata are texts of any characters; s3_metadata_fuzz sees to how they leave.
      const bool plain = value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
      require(plain || name.starts_with("x-amz-meta-"));
      require(name.find_first_of(std::string_view(":\r\n\0 ", 5)) == std::string::npos);
    }
  }
  return o;
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto boundary = form::parse_boundary(next_line(text));
  const std::string_view document = next_line(text);
  if (const auto policy = form::policy::parse(document)) {
    static_cast<void>(policy->check({}, "bucket", torhaus::sys_micros{}));
  }
  if (!boundary) return 0;
  require(!boundary->empty() && boundary->size() <= 70);
  const outcome whole = run(*boundary, text, text.size() + 1);
  for (const std::size_t step : {1U, 7U}) {
    const outcome cut = run(*boundary, text, step);
    // How much of too long a form is read before it is refused is left open.
    if (whole.error.empty() || cut.error.empty()) {
      require(whole.error == cut.error);
      require(whole.fields == cut.fields);
      require(whole.file == cut.file);
    }
  }
  return 0;
}
