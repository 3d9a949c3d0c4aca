#include "gateway/s3/deleted_keys.hpp"

#include <array>

#include "gateway/s3/xml/reader.hpp"
#include "storage/base/error.hpp"

namespace torhaus::gateway::s3 {
namespace {

struct known_error {
  std::string_view code;
  unsigned status;
};
constexpr std::array known_errors = std::to_array<known_error>({
#define TORHAUS_ERROR(id, code, status, text) {code, status},
#include "storage/base/errors.inc"
#undef TORHAUS_ERROR
});

unsigned status_of_code(std::string_view code) {
  for (const known_error& row : known_errors) {
    if (row.code == code) return row.status;
  }
  return 500;
}

bool is_about(const xml::element& answer, const deleted_key& asked) {
  return answer.text_of("Key").value_or("") == asked.key &&
         answer.text_of("VersionId").value_or("") == asked.version;
}

void take(const xml::element& answer, deleted_key& one) {
  if (answer.name() == "Error") {
    one.error_code = answer.text_of("Code").value_or("");
    one.status = status_of_code(one.error_code);
  } else if (one.version.empty()) {
    one.version = answer.text_of("DeleteMarkerVersionId").value_or("");
  }
}

}  // namespace

std::vector<deleted_key> deleted_keys(const std::string& asked, const std::string& answered) {
  std::vector<deleted_key> all;
  const auto request = xml::document::parse(asked, "Delete");
  const auto response = xml::document::parse(answered, "DeleteResult");
  if (!request || !response) return all;
  const std::vector<xml::element> objects = request->root().children("Object");
  const std::vector<xml::element> answers = response->root().children();
  // Answers come in the order of the request; a quiet one has only what failed.
  const bool complete = answers.size() == objects.size();
  std::size_t next = 0;
  all.reserve(objects.size());
  for (const xml::element& object : objects) {
    deleted_key one;
    one.key = object.text_of("Key").value_or("");
    one.version = object.text_of("VersionId").value_or("");
    if (next < answers.size() && (complete || is_about(answers[next], one))) {
      take(answers[next], one);
      ++next;
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace torhaus::gateway::s3
