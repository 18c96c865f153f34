"""nft without a process for every command: its own library, one handle for each namespace."""
import ctypes

library = ctypes.CDLL("libnftables.so.1")
library.nft_ctx_new.restype = ctypes.c_void_p
for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
    getattr(library, name).restype = ctypes.c_char_p
    getattr(library, name).argtypes = [ctypes.c_void_p]
for name in ("nft_ctx_buffer_output", "nft_ctx_buffer_error"):
    getattr(library, name).argtypes = [ctypes.c_void_p]
library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]


class Nft:
    """Belongs to the namespace in which it is made."""

    def __init__(self):
        self.handle = library.nft_ctx_new(0)
        library.nft_ctx_buffer_output(self.handle)
        library.nft_ctx_buffer_error(self.handle)

    def run(self, script):
        status = library.nft_run_cmd_from_buffer(self.handle, script.encode())
        output = library.nft_ctx_get_output_buffer(self.handle).decode()
        error = library.nft_ctx_get_error_buffer(self.handle).decode()
        return {"output": output} if status == 0 else {"error": error or "nft failed and said nothing"}
