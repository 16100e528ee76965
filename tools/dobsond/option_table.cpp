#include "tools/dobsond/option_table.h"

namespace dobson {

namespace {

constexpr Option table[] = {
    {.key = "listen.ozone",
     .type = OptionType::list,
     .fallback = "127.0.0.1:9880",
     .doc = "Object API: HOST:PORT ([...] around IPv6, port 0 picks one), unix:PATH, or off.",
     .alias = "hdds.rest.http-address"},
    {.key = "reactors",
     .type = OptionType::integer,
     .fallback = "0",
     .doc = "Threads that serve connections; 0: one a core. Where the state is larger than memory, "
            "eight a core: one that reads what memory does not hold waits for the disk.",
     .max = 256},
    {.key = "server.name",
     .type = OptionType::text,
     .fallback = "",
     .doc = "Name of this server in replies and in /serviceList; empty: its fully qualified name, "
            "and in the list localhost if it serves this machine alone."},
    {.key = "server.drain",
     .type = OptionType::duration,
     .fallback = "30 s",
     .doc = "How long requests in work may go on after SIGTERM."},
    {.key = "store.map_size",
     .type = OptionType::bytes,
     .fallback = "1 TiB",
     .doc = "Address space reserved for each database; it costs nothing until it is used.",
     .min = 1 << 20},
    {.key = "store.free_watermark",
     .type = OptionType::bytes,
     .fallback = "1 GiB",
     .doc = "With less free space than this, writes are refused; reads and deletes go on."},
    {.key = "blocks.store",
     .type = OptionType::choice,
     .fallback = "local",
     .doc = "local: object bytes are files of this machine; null: none are kept, for namespaces "
            "made by dobsonctl generate.",
     .choices = "local|null"},
    {.key = "blocks.nodes",
     .type = OptionType::list,
     .fallback = "",
     .doc = "Directories for object bytes; none: DATA/blocks."},
    {.key = "blocks.threads",
     .type = OptionType::integer,
     .fallback = "4",
     .doc = "Threads that read, write and hash object bytes.",
     .min = 1,
     .max = 256},
    {.key = "blocks.delete_delay",
     .type = OptionType::duration,
     .fallback = "10 s",
     .doc = "How long the bytes of deleted keys stay before their space is given back."},
    {.key = "ozone.admins",
     .type = OptionType::list,
     .fallback = "",
     .doc = "Administrators beside root, hdfs and the account that the server runs as."},
    {.key = "ozone.acl.enabled",
     .type = OptionType::flag,
     .fallback = "false",
     .doc = "Bucket ACLs decide who may read and write; false: they are only shown."},
    {.key = "ozone.key_size",
     .type = OptionType::bytes,
     .fallback = "5 TiB",
     .doc = "The largest key; a longer body is refused with 413."},
    {.key = "ozone.upload_life",
     .type = OptionType::duration,
     .fallback = "7 d",
     .doc = "How long a multipart upload may stay unfinished before it is dropped.",
     .min = 1000},
    {.key = "ozone.key_type_field",
     .type = OptionType::flag,
     .fallback = "true",
     .doc = "Key info says `type`: clients from 0.4 on need it, 0.2.1 refuses it.",
     .alias = "ozone.rest.key-type-field"},
    {.key = "log.level",
     .type = OptionType::choice,
     .fallback = "info",
     .doc = "How much is logged, to standard error.",
     .choices = "error|warn|info|debug",
     .reloadable = true},
};

}  // namespace

std::span<const Option> option_table() {
  return table;
}

}  // namespace dobson
