#pragma once

// Every limit of the server, by name. What happens when one is reached stands beside it.

#include <cstddef>
#include <cstdint>

namespace dobson::limits {

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;
constexpr std::size_t GiB = 1024 * MiB;

// --- HTTP: one request head ---
constexpr std::size_t target_bytes = 8 * KiB;       // longer: 414, connection closed
constexpr std::size_t head_bytes = 32 * KiB;        // request line and headers; longer: 431, closed
constexpr std::size_t headers = 100;                // more: 431, closed
constexpr std::size_t query_parameters = 100;       // more: 400
constexpr std::size_t read_buffer_bytes = 4 * KiB;  // grows to head_bytes, shrinks when idle

// --- HTTP: one connection ---
constexpr int idle_timeout_s = 75;            // no request begun: closed (spec/ozone-rest.md §5.16)
constexpr int head_timeout_s = 30;            // a head not complete: 408, closed
constexpr int body_stall_timeout_s = 60;      // a body that stands still: cut
constexpr int least_body_rate = 1000;         // bytes/s; a slower one uses up its stall timeout
constexpr int write_stall_timeout_s = 60;     // a reader that stands still: cut
constexpr int linger_timeout_s = 5;           // a client that goes on after the last answer: cut
constexpr std::size_t drain_bytes = 1 * MiB;  // read and dropped after an early error, then closed
constexpr std::size_t output_batch_bytes =
    256 * KiB;                               // replies of one batch; over it they are written first
constexpr int unsent_bytes = 256 * KiB;      // that the kernel keeps beyond a client's window
constexpr std::size_t spare_exchanges = 64;  // with such a batch, kept by a reactor for the next
constexpr std::size_t waiting_answer_bytes =
    512 * MiB;  // of all connections whose clients do not read; who is one too many is cut
constexpr std::size_t connections = 15000;  // per process; more: accepted and closed at once

// --- turns of connections on a reactor; costs are in units of about a microsecond ---
constexpr std::uint64_t request_cost = 8;   // of any request, and 1 for each KiB that it moves
constexpr std::uint64_t light_cost = 4096;  // had within a tick or two; more: it waits in line
constexpr std::uint64_t small_cost = 32;    // of the last request; more: it waits in line, too
constexpr std::uint64_t slice_cost = 512;   // of the line, then the sockets are looked at
constexpr std::int64_t turn_wait_ms = 500;  // longer: what costs far more than a refusal gets 503

// --- HTTP: bodies ---
constexpr std::size_t body_chunk_bytes = 256 * KiB;    // a piece handed to a body handler
constexpr std::size_t body_buffers = 512;              // such pieces per process; more: they wait
constexpr std::uint64_t text_bytes = 128 * MiB;        // of bodies held as a whole; more: 503
constexpr std::size_t stream_chunk_bytes = 64 * KiB;   // a page of a streamed answer
constexpr std::size_t body_overread_bytes = 16 * KiB;  // of what follows a chunked body

// --- HTTP: what is asked of other servers; head_bytes, headers, least_body_rate hold here too ---
constexpr int client_connect_timeout_s = 30;  // name and connection; longer: given up
constexpr int client_head_timeout_s = 60;     // then the head of the answer; longer: given up
constexpr int client_stall_timeout_s = 60;    // a body, either way, that stands still: given up
constexpr int client_idle_timeout_s = 30;     // a kept connection without a request: closed
constexpr std::size_t client_idle_connections = 8;  // kept for a server by a reactor; more: closed
constexpr std::size_t client_requests = 64;  // of a reactor to a server at once; more: refused
constexpr std::size_t client_buffer_bytes = 64 * KiB;  // head of an answer and a piece of its body
constexpr unsigned client_lookup_threads = 2;          // a name that is not found can take seconds
constexpr std::size_t client_lookups = 1024;           // names that wait for them; more: refused

// --- memory ---
constexpr int mapped_allocation_bytes = 1 << 20;  // from there on given back when it is freed

// --- web pages, held in memory ---
constexpr std::size_t static_bytes = 64 * MiB;  // more: refused at start

// --- names (spec/ozone-rest.md §2.3) ---
constexpr std::size_t name_bytes_min = 3;
constexpr std::size_t name_bytes_max = 63;
constexpr std::size_t key_name_bytes = 1024;  // longer: 400
constexpr std::size_t user_bytes = 255;       // longer: 400
constexpr std::size_t bucket_acls = 128;      // more: 400

// --- keys (spec/ozone-rest.md §4.10, §4.12) ---
constexpr std::size_t key_metadata_bytes = 8 * KiB;  // names and values; more: 400
constexpr std::size_t batch_delete_keys = 1000;      // more: 400
constexpr std::size_t batch_delete_bytes = 2 * MiB;  // of the body; more: 400

// --- multipart uploads (spec/ozone-rest.md §4.8) ---
constexpr std::uint64_t part_number_max = 10'000;         // more: 400
constexpr std::uint64_t upload_part_bytes_min = 5 * MiB;  // a smaller one that is not the last: 400
constexpr std::size_t part_list_bytes = 2 * MiB;  // of the body that completes one; more: 413

// --- listings ---
constexpr std::int64_t page_rows = 1024;
constexpr std::int64_t page_parts = 1000;

// --- insight (spec/recon.md §2) ---
constexpr std::int64_t insight_rows = 1000;       // of a listing, unless told otherwise
constexpr std::int64_t buffered_rows = 10'000;    // of an answer from one snapshot; more: streamed
constexpr std::size_t buffered_bytes = 16 * MiB;  // likewise
constexpr std::size_t largest_paths = 30;         // of an account of sizes that asks for these
constexpr std::size_t sub_paths = 10'000;         // of any other; more: the first of them
constexpr std::size_t listed_blocks = 1000;       // deleted ones of a container that are listed
constexpr std::uint64_t reactor_rows = 1000;      // looked at by a reactor; more: by the scan pool
constexpr unsigned scan_threads = 2;
constexpr std::size_t waiting_scans = 256;             // more: 503
constexpr int scan_ms = 30'000;                        // longer: 503
constexpr std::int64_t waiting_exports = 4;            // more: 429
constexpr std::uint64_t export_part_rows = 500'000;    // of a file in an export
constexpr unsigned export_downloads = 3;               // of an export; more: 429
constexpr std::size_t removed_nodes_bytes = 64 * KiB;  // of the body that names them; more: 400

// --- the log: commands waiting for the writer ---
constexpr std::size_t waiting_commands = 16384;  // more: 503
constexpr std::size_t crowded_commands = 4096;   // waiting; more: no body is begun, 503
constexpr int background_slice_ms = 5;           // a batch of background commands is cut there
constexpr std::size_t batch_bytes = 64 * MiB;    // changed pages of a batch; then the next begins

// --- rows of the store ---
constexpr std::size_t row_key_bytes = 511;       // LMDB's cap
constexpr std::size_t row_name_bytes = 502;      // a longer name goes on under a row of its own
constexpr std::size_t indexed_name_bytes = 240;  // of a name in the keys of an index
constexpr std::size_t page_bytes = 4 * KiB;      // LMDB's
constexpr unsigned internal_readers = 8;         // read transactions of jobs, beside the reactors'
constexpr std::uint64_t verify_progress_rows = 10'000;
constexpr std::size_t verify_damage = 100'000;  // blocks named together
constexpr std::uint64_t verify_ids = 1 << 28;   // of one pass, in 64 MiB; more: more passes
constexpr int purge_interval_ms = 1000;         // between two rounds of giving space back
constexpr int space_check_ms = 100;             // free space is asked for at most that often

// --- disk space of the database file, taken before it is written ---
constexpr std::uint64_t state_step_bytes = 16 * MiB;  // the file gets more in these steps
constexpr std::uint64_t commit_bytes = 256 * KiB;     // of any commit, beside its rows
constexpr std::uint64_t spare_bytes = 8 * MiB;        // kept for deletions; else 503 (disk full)
constexpr std::size_t spare_batch_bytes = 1 * MiB;    // changed pages of a batch that uses them

// --- blocks ---
constexpr std::uint64_t container_bytes = 5 * GiB;     // a container takes no block beyond it
constexpr std::uint64_t block_bytes = 64 * MiB;        // a longer body gets several blocks
constexpr std::size_t part_bytes = 64 * KiB;           // one CRC32C each
constexpr std::uint64_t preallocate_bytes = 64 * MiB;  // a container file grows in these steps
constexpr std::size_t waiting_io = 4096;               // jobs of the block I/O pool; more: 503
constexpr std::uint64_t first_block_bytes = 1 * MiB;   // of a body of unknown size; then doubled
constexpr std::uint64_t writeback_bytes = 8 * MiB;     // of a body, then the disk begins to write
constexpr std::size_t open_container_files = 512;      // more: the least used one is closed
constexpr std::size_t purged_blocks = 4096;            // deleted blocks forgotten by one command
constexpr std::uint64_t purged_rows = 128;   // of other stages of deletion, by one command
constexpr std::size_t open_key_shards = 16;  // locks of the keys whose bytes are on their way

// --- health of containers ---
constexpr int health_tick_ms = 1000;                 // between two looks at what has changed
constexpr std::uint64_t local_map_bytes = 1 * GiB;   // of `local/`; full: history is not kept
constexpr std::size_t health_batch = 1000;           // replicas that are reported at once
constexpr std::size_t scrub_read_bytes = 512 * KiB;  // a piece that the scrub reads
constexpr std::size_t scrub_page_rows = 4096;        // rows of blocks that it notes ahead

// --- dobsonctl ---
constexpr unsigned ctl_jobs = 16;  // transfers at once, unless told otherwise
constexpr unsigned ctl_jobs_max = 256;
constexpr int ctl_retry_s = 10;  // a lost connection is tried again, unless told otherwise
constexpr long ctl_connect_timeout_s = 5;
constexpr long ctl_stall_timeout_s = 60;  // not a byte either way: the connection is given up
constexpr std::size_t ctl_whole_file_bytes =
    1 * MiB;  // a longer file is read twice: hashed, then sent
constexpr std::size_t ctl_refusal_bytes = 64 * KiB;  // of an error body; the rest is dropped
constexpr std::size_t ctl_problems_shown = 100;      // more: counted, all of them with --json

}  // namespace dobson::limits
