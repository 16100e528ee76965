#pragma once

// The only include of Asio: 1.22.1, without Boost, found in the headers of Debian 12. It costs five
// seconds a translation unit, so no header that handlers or storage read may include this one.

#include <asio/basic_stream_socket.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/basic_stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

namespace dobson {

// TCP and Unix alike, without a type-erased executor.
using Socket =
    asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

// Anything else that can be waited for.
using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

}  // namespace dobson
