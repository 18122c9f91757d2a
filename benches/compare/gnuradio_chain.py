"""GNU Radio's usual way to power spectra: bytes, complex numbers, windowed FFT, magnitude squared; nothing is looked for."""

import sys

from gnuradio import blocks, fft, gr
from gnuradio.fft import window

path, form = sys.argv[1], sys.argv[2]
frame = 2048
top = gr.top_block()
zero = -127.5 if form == "cu8" else 0.0
source = blocks.file_source(gr.sizeof_char, path, False)
split = blocks.deinterleave(gr.sizeof_char)
join = blocks.float_to_complex()
for port in range(2):
    real = blocks.uchar_to_float() if form == "cu8" else blocks.char_to_float(1, 1.0)
    scale, shift = blocks.multiply_const_ff(1 / 128), blocks.add_const_ff(zero)
    top.connect((split, port), real, shift, scale, (join, port))
vector = blocks.stream_to_vector(gr.sizeof_gr_complex, frame)
spectrum = fft.fft_vcc(frame, True, window.blackmanharris(frame), True, 1)
power = blocks.complex_to_mag_squared(frame)
top.connect(source, split)
top.connect(join, vector, spectrum, power, blocks.null_sink(4 * frame))
top.run()
