// Policies from the network: what is taken can be evaluated, checked for a bucket and judged public
// without a fault, and a policy that allows nothing by its own words allows nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/policy/evaluator.hpp"
#include "auth/policy/parser.hpp"
#include "auth/policy/publicity.hpp"

namespace {

namespace policy = torhaus::auth::policy;

// Knows a value for every key, taken from the input.
class echo final : public policy::condition_values {
 public:
  explicit echo(std::string_view text) : text_(text) {}
  bool find(std::string_view key, std::vector<std::string>& values) const override {
    if (key.empty() || key.back() % 3 == 0) return false;
    values.emplace_back(text_.substr(0, 64));
    if (key.back() % 3 == 1) values.emplace_back("2026-11-25T03:00:00Z");
    return true;
  }

 private:
  std::string_view text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto holder : {policy::holder::resource, policy::holder::identity}) {
    const auto parsed = policy::parse(text, holder);
    if (!parsed) continue;
    const auto for_bucket = policy::check_for_bucket(*parsed, "akten");
    const bool open = policy::is_public(*parsed);
    torhaus::auth::principal who;
    const echo values(text);
    const auto verdict =
        policy::evaluate(*parsed, {who, "s3:GetObject", "arn:aws:s3:::akten/2026/a", values});
    bool allows = false;
    for (const policy::statement& s : parsed->statements) {
      allows = allows || s.effect == policy::effect::allow;
    }
    if (!allows && (open || verdict.is == policy::decision::allow)) std::abort();
    if ((verdict.is == policy::decision::none) != (verdict.because == nullptr)) std::abort();
    if (!for_bucket && for_bucket.error().message().empty()) std::abort();
  }
  return 0;
}
