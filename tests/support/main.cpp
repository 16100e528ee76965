#define BOOST_TEST_MODULE dobson
#include <boost/test/unit_test.hpp>
