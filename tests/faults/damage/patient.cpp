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
// More of them, so that the metadata's trees have branches; every other one with a long key.
constexpr int small_objects = 400;
constexpr std::size_t small_bytes = 200;
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

std::string note_of(const std::string& key, const std::string& bytes) {
  return key.substr(0, 20) + " has " + std::to_string(bytes.size()) + " bytes";
}

void put(opened& store, std::uint64_t bucket, const std::string& key, const std::string& bytes) {
  auto out = store.blobs->create(bytes.size());
  if (!out->append(std::as_bytes(std::span(bytes)))) throw std::runtime_error("append");
  catalog::new_object o;
  o.size = bytes.size();
  o.etag = test::etag_of(bytes);
  o.owner_canonical_id = "owner";
  o.attributes.metadata = {{"note", note_of(key, bytes)}};
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
  const auto& told = found->version;
  if (told.key != key || told.size != wanted.size() || !(told.etag == test::etag_of(wanted)) ||
      told.owner_canonical_id != "owner" || told.attributes.metadata.size() != 1 ||
      told.attributes.metadata[0].second != note_of(key, wanted)) {
    seen.wrong = true;
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

// The keys that a listing shows have to be those that are there.
void list_all(opened& store, std::uint64_t bucket, const patient& whole, reading& seen) {
  std::size_t listed = 0;
  catalog::list_query query;
  for (std::size_t pages = 0; pages < whole.objects.size(); ++pages) {
    const auto got = run_task(store.cat.list_objects(bucket, query));
    if (!got) {
      seen.failed = true;
      return;
    }
    for (const auto& entry : got->entries) {
      const auto known = whole.objects.find(entry.key);
      ++listed;
      if (known == whole.objects.end() || known->second.size() != entry.size) seen.wrong = true;
    }
    if (!got->truncated) break;
    query.after = got->last;
  }
  if (listed != whole.objects.size()) seen.lost = true;
}

reading read_all(opened& store, const patient& whole) {
  reading seen;
  const auto attempt = [&seen](const auto& part) {
    try {
      part();
    } catch (const std::exception&) {
      seen.failed = true;
    }
  };
  std::uint64_t bucket = 0;
  attempt([&] {
    const auto found = run_task(store.cat.find_bucket("patient"));
    if (found) bucket = found->id;
    if (!found) seen.lost = true;
  });
  if (bucket == 0) return seen;
  for (const auto& [key, bytes] : whole.objects) {
    attempt([&] { read_one(store, bucket, key, bytes, seen); });
  }
  attempt([&] { list_all(store, bucket, whole, seen); });
  return seen;
}

bool inspect(opened& store) {
  try {
    catalog::inspector inspector({.db = store.db.get(), .blobs = store.blobs.get()});
    for (std::string at; inspector.check_store(at);) {
    }
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
    // A third of the small ones is replaced by the second half.
    for (int n = 0; n < small_objects; n += second ? 3 : 1) {
      std::string key = "small/" + std::to_string(n);
      if (n % 2 == 0) key.resize(700, 'l');
      std::string bytes(small_bytes, static_cast<char>('a' + dice() % 26));
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
    case outcome::scrub:
      return "scrub";
    case outcome::reads_and_scrub:
      return "reads, scrub";
    case outcome::refused:
      return "at open";
    case outcome::reads_only:
      return "reads only";
    case outcome::lost:
      return "LOST";
    case outcome::lost_and_found:
      return "lost, scrub";
    case outcome::wrong:
      return "WRONG";
    case outcome::wrong_and_found:
      return "wrong, scrub";
    case outcome::died:
      return "died";
    case outcome::died_and_found:
      return "died, scrub";
  }
  return "?";
}

bool acceptable(const injury& done, outcome found) {
  switch (found) {
    case outcome::untouched:
    case outcome::scrub:
    case outcome::reads_and_scrub:
    case outcome::refused:
      return true;
    case outcome::lost_and_found:
    case outcome::wrong_and_found:
      // A page of the metadata that was whole at an earlier time: see README.md.
      return done.where == "metadata" && done.how.starts_with("stale");
    default:
      return false;
  }
}

unsigned read_copy(const std::filesystem::path& data, const patient& whole) {
  std::unique_ptr<opened> store;
  try {
    store = std::make_unique<opened>(data);
  } catch (const std::exception&) {
    return reading_refused;
  }
  const reading seen = read_all(*store, whole);
  return (seen.wrong ? reading_wrong : 0U) | (seen.failed ? reading_failed : 0U) |
         (seen.lost ? reading_lost : 0U);
}

unsigned inspect_copy(const std::filesystem::path& data) {
  try {
    opened store(data);
    return inspect(store) ? 1 : 0;
  } catch (const std::exception&) {
    return 1;
  }
}

outcome outcome_of(std::optional<unsigned> read, std::optional<unsigned> inspected) {
  const bool found = inspected.value_or(0) != 0;
  if (!read) return found ? outcome::died_and_found : outcome::died;
  if ((*read & reading_refused) != 0) return outcome::refused;
  if ((*read & reading_wrong) != 0) return found ? outcome::wrong_and_found : outcome::wrong;
  if ((*read & reading_lost) != 0) return found ? outcome::lost_and_found : outcome::lost;
  if (!inspected) return outcome::died;
  if ((*read & reading_failed) != 0) {
    return found ? outcome::reads_and_scrub : outcome::reads_only;
  }
  return found ? outcome::scrub : outcome::untouched;
}

}  // namespace torhaus::faults
