namespace TrlSharp.Training;

/// <summary>
/// The random numbers of a CPU generator of PyTorch (Mersenne Twister MT19937, Matsumoto and Nishimura 1998), needed because a run that is to see its
/// rows in the order of the Python program must draw the same permutations. Everything else uses <see cref="SeededRandom"/>.
/// </summary>
/// <param name="seed">As in <c>generator.manual_seed</c>; only the low 32 bits count.</param>
internal sealed class TorchRandom(long seed)
{
    private const int Words = 624;
    private const int Middle = 397;
    private readonly uint[] _state = Initial(unchecked((uint)seed));
    private int _next = Words;

    /// <summary><c>torch.randperm(count, generator=...)</c>.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = 0; i < count - 1; i++)
        {
            var j = i + (int)(NextUInt32() % (uint)(count - i));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <summary>Passes over numbers that the Python program draws for something else.</summary>
    public void Skip(int draws)
    {
        for (var i = 0; i < draws; i++) NextUInt32();
    }

    private static uint[] Initial(uint seed)
    {
        var state = new uint[Words];
        state[0] = seed;
        for (var i = 1; i < Words; i++) state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + (uint)i;
        return state;
    }

    private uint NextUInt32()
    {
        if (_next == Words) Refill();
        var y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    private void Refill()
    {
        for (var i = 0; i < Words; i++)
        {
            var y = (_state[i] & 0x80000000) | (_state[(i + 1) % Words] & 0x7fffffff);
            _state[i] = _state[(i + Middle) % Words] ^ (y >> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }

        _next = 0;
    }
}
