// liquid-dsp's averaged periodogram over a recording of 8-bit samples, without overlap.
#include <complex.h>
#include <liquid/liquid.h>
#include <stdio.h>
#include <string.h>

enum { FRAME = 2048, PIECE = 1 << 16 };

int main(int count, char **arguments) {
    if (count != 3)
        return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (!file)
        return 1;
    const int is_unsigned = strcmp(arguments[2], "cu8") == 0;
    static unsigned char bytes[2 * PIECE];
    static float complex samples[PIECE];
    spgramcf spectrum = spgramcf_create(FRAME, LIQUID_WINDOW_HANN, FRAME, FRAME);
    size_t got;
    while ((got = fread(bytes, 2, PIECE, file)) > 0) {
        for (size_t i = 0; i < got; i++) {
            const float re = is_unsigned ? bytes[2 * i] - 127.5f : (signed char)bytes[2 * i];
            const float im = is_unsigned ? bytes[2 * i + 1] - 127.5f : (signed char)bytes[2 * i + 1];
            samples[i] = (re + im * _Complex_I) / 128.0f;
        }
        spgramcf_write(spectrum, samples, (unsigned)got);
    }
    float power[FRAME];
    spgramcf_get_psd(spectrum, power);
    printf("%g\n", power[0]);
    spgramcf_destroy(spectrum);
    return 0;
}
