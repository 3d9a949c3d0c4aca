#include "auth/policy/json_members.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <string>
#include <vector>

namespace torhaus::auth::policy {
namespace {

// Follows the parse with the members of every object that is open.
class member_watch {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  using code = boost::json::error_code;
  using text = boost::json::string_view;

  bool repeated = false;

  bool on_object_begin(code&) { return open_.emplace_back(), true; }
  bool on_object_end(std::size_t, code&) { return open_.pop_back(), true; }
  bool on_key_part(text part, std::size_t, code&) { return key_.append(part), true; }
  bool on_key(text part, std::size_t, code&) {
    key_.append(part);
    if (!open_.back().insert(std::move(key_)).second) repeated = true;
    key_.clear();
    return true;
  }

  bool on_document_begin(code&) { return true; }
  bool on_document_end(code&) { return true; }
  bool on_array_begin(code&) { return true; }
  bool on_array_end(std::size_t, code&) { return true; }
  bool on_string_part(text, std::size_t, code&) { return true; }
  bool on_string(text, std::size_t, code&) { return true; }
  bool on_number_part(text, code&) { return true; }
  bool on_int64(std::int64_t, text, code&) { return true; }
  bool on_uint64(std::uint64_t, text, code&) { return true; }
  bool on_double(double, text, code&) { return true; }
  bool on_bool(bool, code&) { return true; }
  bool on_null(code&) { return true; }
  bool on_comment_part(text, code&) { return true; }
  bool on_comment(text, code&) { return true; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string key_;
};

}  // namespace

bool repeats_member(std::string_view json) {
  boost::json::basic_parser<member_watch> parser{boost::json::parse_options{}};
  boost::json::error_code failure;
  parser.write_some(false, json.data(), json.size(), failure);
  return parser.handler().repeated;
}

}  // namespace torhaus::auth::policy
