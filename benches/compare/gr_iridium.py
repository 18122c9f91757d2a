"""gr-iridium's burst tagger: bins of a windowed FFT against a moving mean of the frames before."""

import math
import sys

import iridium
from gnuradio import blocks, gr

path, form, rate = sys.argv[1], sys.argv[2], int(sys.argv[3])
# As its own extractor sets it: frames of about a millisecond, bursts of 40 kHz, 16 dB, from a file.
frame = 2 ** round(math.log2(rate / 1000))
top = gr.top_block()
source = blocks.file_source(gr.sizeof_char, path, False)
if form == "cu8":
    convert = iridium.iuchar_to_complex()
else:
    convert = blocks.interleaved_char_to_complex(False, 128.0)
tagger = iridium.fft_burst_tagger(
    center_frequency=0,
    fft_size=frame,
    sample_rate=rate,
    burst_pre_len=2 * frame,
    burst_post_len=int(rate * 16e-3),
    burst_width=40_000,
    max_bursts=0,
    max_burst_len=int(rate * 0.09),
    threshold=16,
    history_size=512,
    offline=True,
    debug=False,
)
tagger.set_min_output_buffer(1024 * 64)
top.connect(source, convert, tagger, blocks.null_sink(gr.sizeof_gr_complex))
top.run()
