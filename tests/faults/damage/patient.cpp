#include "tests/faults/damage/patient.hpp"

#include <array>

#include "gateway/cli/data_directory.hpp"
#include "storage/blob/disk.hpp"
#include "storage/catalog/inspection.hpp"
#include "storage/kv/lmdb.hpp"
#include "tests/support/catalog_world.hpp"

namespace torhaus::faults {
namespace {

namespace catalog = storage::catalog;
using test::run_task;

constexpr int objects = 60;
constexpr std::array<std::size_t, 6> sizes = {0, 900, 7'000, 25'000, 300'000, 1'200'000};

struct opened {
  explicit opened(const std::filesystem::path& data)
      : db((gateway::cli::prepare_data_directory(data),
            storage::kv::open_lmdb({.directory = data / "meta"}))),
        blobs(storage::blob::open_disk({.directory = data, .reserve_bytes = 0})),
        cat(catalog::catalog::options{.db = db.get(), .blobs = blobs.get()}) {}
  ~opened() {
    cat.stop();
    blobs->stop();
  }
  std::unique_ptr<storage::kv::database> db;
  std::unique_ptr<storage::blob::store> blobs;
  catalog::catalog cat;
};

void put(opened& store, std::uint64_t bucket, const std::string& key, const std::string& bytes) {
  auto out = store.blobs->create(bytes.size());
  if (!out->append(std::as_bytes(std::span(bytes)))) throw std::runtime_error("append");
  catalog::new_object o;
  o.size = bytes.size();
  o.etag = test::etag_of(bytes);
  o.owner_canonical_id = "owner";
  auto sealed = run_task(out->seal());
  if (!run_task(store.cat.put_object(bucket, test::key_of(key), std::move(o),
                                     std::move(sealed.value())))) {
    throw std::runtime_error("put");
  }
}

struct reading {
  bool wrong = false;
  bool failed = false;
  bool lost = false;
};

// What a reader of one object gets, a block at a time, as a response is sent.
void read_one(opened& store, std::uint64_t bucket, const std::string& key,
              const std::string& wanted, reading& seen) {
  const auto found = run_task(store.cat.open_object(bucket, test::key_of(key), std::nullopt));
  if (!found) {
    const bool gone = found.error().code() == errc::no_such_key;
    (gone ? seen.lost : seen.failed) = true;
    return;
  }
  if (!found->content) {
    seen.lost = true;
    return;
  }
  std::vector<std::byte> buffer(100'000);
  std::uint64_t at = 0;
  while (true) {
    const auto got = found->content->read(at, buffer);
    if (!got) {
      seen.failed = true;
      return;
    }
    if (*got == 0) break;
    const std::string_view part(reinterpret_cast<const char*>(buffer.data()), *got);
    if (at > wanted.size() ||
        wanted.compare(static_cast<std::size_t>(at), part.size(), part) != 0) {
      seen.wrong = true;
      return;
    }
    at += *got;
  }
  if (at != wanted.size()) seen.wrong = true;
}

reading read_all(opened& store, const patient& whole) {
  reading seen;
  const auto bucket = run_task(store.cat.find_bucket("patient"));
  if (!bucket) {
    seen.lost = true;
    return seen;
  }
  for (const auto& [key, bytes] : whole.objects) {
    try {
      read_one(store, bucket->id, key, bytes, seen);
    } catch (const std::exception&) {
      seen.failed = true;
    }
  }
  return seen;
}

bool inspect(opened& store) {
  try {
    catalog::inspector inspector({.db = store.db.get(), .blobs = store.blobs.get()});
    inspector.check_records();
    std::string position;
    while (inspector.check_bytes(position)) {
    }
    return inspector.totals().findings > 0;
  } catch (const std::exception&) {
    return true;
  }
}

}  // namespace

patient make_patient(const std::filesystem::path& whole, const std::filesystem::path& younger,
                     std::uint64_t seed) {
  patient made;
  std::mt19937_64 dice(seed);
  std::uint64_t bucket = 0;
  for (const bool second : {false, true}) {
    opened store(whole);
    if (!second) {
      catalog::bucket_record wanted;
      wanted.name = "patient";
      wanted.owner_account = "111111111111";
      wanted.owner_canonical_id = "owner";
      bucket = run_task(store.cat.create_bucket(wanted)).value().id;
    }
    for (int n = 0; n < objects / 2; ++n) {
      std::string bytes(sizes[static_cast<std::size_t>(n) % sizes.size()], '\0');
      for (char& c : bytes) c = static_cast<char>(dice());
      // Half of the keys are written in both halves, so that what is stale is what was replaced.
      const std::string key = std::to_string(n % 2 == 0 ? n : second ? 100 + n : 200 + n);
      put(store, bucket, key, bytes);
      made.objects[key] = std::move(bytes);
    }
    if (!store.cat.drain_garbage(std::chrono::seconds(10))) throw std::runtime_error("garbage");
    store.blobs->stop();
    if (!second) {
      std::filesystem::copy(whole, younger, std::filesystem::copy_options::recursive);
    }
  }
  return made;
}

std::string_view name_of(outcome o) {
  switch (o) {
    case outcome::untouched:
      return "untouched";
    case outcome::found:
      return "found";
    case outcome::error:
      return "error";
    case outcome::refused:
      return "refused";
    case outcome::missed:
      return "missed";
    case outcome::lost:
      return "lost";
    case outcome::lost_and_found:
      return "lost and found";
    case outcome::wrong:
      return "wrong";
    case outcome::died:
      return "died";
  }
  return "?";
}

bool acceptable(const injury& done, outcome found) {
  switch (found) {
    case outcome::untouched:
    case outcome::found:
    case outcome::error:
    case outcome::refused:
      return true;
    case outcome::missed:
    case outcome::lost:
    case outcome::lost_and_found:
    case outcome::died:
      // LMDB's pages have no checksums: see README.md.
      return done.where == "metadata";
    default:
      return false;
  }
}

outcome examine(const std::filesystem::path& data, const patient& whole) {
  std::unique_ptr<opened> store;
  try {
    store = std::make_unique<opened>(data);
  } catch (const std::exception&) {
    return outcome::refused;
  }
  reading seen;
  bool found = true;
  try {
    seen = read_all(*store, whole);
    found = inspect(*store);
  } catch (const std::exception&) {
    seen.failed = true;
  }
  if (seen.wrong) return outcome::wrong;
  if (seen.lost) return found ? outcome::lost_and_found : outcome::lost;
  if (seen.failed) return found ? outcome::error : outcome::missed;
  return found ? outcome::found : outcome::untouched;
}

}  // namespace torhaus::faults
