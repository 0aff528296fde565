#include <stddef.h>
#include <stdarg.h>
#include <sys/time.h>
#include <hiredis.h>
