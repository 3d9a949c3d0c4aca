// torhaus audit verify: the journal of a data directory whose server does not run.
#include "gateway/cli/audit.hpp"

#include <charconv>
#include <cstdio>
#include <memory>

#include "gateway/cli/command.hpp"
#include "gateway/cli/data_directory.hpp"
#include "storage/crypto/derive.hpp"
#include "storage/crypto/sealing.hpp"
#include "storage/journal/verifier.hpp"

namespace torhaus::gateway::cli {
namespace {

namespace journal = storage::journal;

struct verify_audit_arguments {
  std::string data;
  std::string master_key_file;
  std::string head;  // SEQ:HASH
};

journal::chain parse_head(const std::string& text) {
  const std::size_t colon = text.find(':');
  std::uint64_t seq = 0;
  const char* const end = text.data() + std::min(colon, text.size());
  const auto [stopped, failed] = std::from_chars(text.data(), end, seq);
  const auto hash = journal::hash_from_hex(
      colon == std::string::npos ? std::string_view() : std::string_view(text).substr(colon + 1));
  if (failed != std::errc() || stopped != end || !hash) {
    throw std::runtime_error("--head: expected SEQ:HASH, as the log tells it");
  }
  return {seq + 1, *hash};
}

int verify_audit(const verify_audit_arguments& a) {
  const std::filesystem::path directory = audit_directory(a.data);
  // Opening makes what is not there; a mistyped path must not.
  if (!std::filesystem::is_directory(directory)) {
    throw std::runtime_error(directory.string() + ": there is no such directory");
  }
  journal::verifier::options o{.directory = directory};
  o.key = audit_key(a.master_key_file.empty() ? default_master_key_file(a.data)
                                              : std::filesystem::path(a.master_key_file));
  if (!a.head.empty()) o.head = parse_head(a.head);
  journal::verifier v(std::move(o));
  while (v.step(std::uint64_t{1} << 30)) {
  }
  for (const journal::finding& f : v.findings()) {
    std::printf("%s:%llu: %s\n", f.file.c_str(), static_cast<unsigned long long>(f.line),
                f.what.c_str());
  }
  std::printf("%llu lines, %llu findings", static_cast<unsigned long long>(v.lines()),
              static_cast<unsigned long long>(v.found()));
  if (v.unproven() > 0) {
    std::printf("; the last %llu lines have no MAC behind them",
                static_cast<unsigned long long>(v.unproven()));
  }
  std::printf("\n");
  return v.found() == 0 ? 0 : 1;
}

}  // namespace

std::filesystem::path audit_directory(const std::filesystem::path& data) { return data / "audit"; }

storage::crypto::secret_key audit_key(const std::filesystem::path& master_key_file) {
  namespace crypto = storage::crypto;
  std::string master = crypto::load_master_key(master_key_file, crypto::when_absent::fail);
  crypto::secret_key key = crypto::derive_key(master, "audit journal");
  crypto::wipe(std::as_writable_bytes(std::span(master)));
  return key;
}

void add_audit(CLI::App& app, int& exit_code) {
  auto* audit = app.add_subcommand("audit", "The audit journal of a server that does not run");
  audit->require_subcommand(1);
  auto* command = audit->add_subcommand("verify", "Name every line that is not as it was written");
  const auto given = std::make_shared<verify_audit_arguments>();
  command->add_option("--data", given->data, "Data directory")->required();
  command->add_option("--master-key-file", given->master_key_file,
                      "The master key file (default: DATA.master-key)");
  command->add_option("--head", given->head,
                      "SEQ:HASH that the journal had come to, from the log or a later file");
  command->callback([given, &exit_code] { exit_code = verify_audit(*given); });
}

}  // namespace torhaus::gateway::cli
