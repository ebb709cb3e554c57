using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Attention;

/// <summary>
/// What one layer remembers of one sequence: keys and values of attention, or the state of a convolution or recurrence. K key-value heads, H head size.
/// </summary>
internal sealed class LayerCache
{
    private const int SmallestCapacity = 64;

    private Tensor? _keys; // [K, capacity, H]
    private Tensor? _values; // [K, capacity, H]
    private int _start;
    private int _count;
    private readonly Dictionary<string, Tensor> _states = new(StringComparer.Ordinal);

    /// <summary>Adds keys and values of new tokens and gives all that they may attend to.</summary>
    /// <param name="keys">[n, K, H]</param>
    /// <param name="values">[n, K, H or another size]</param>
    /// <param name="window">How many keys a token sees, itself included; what no later token can see is forgotten. Null for all.</param>
    /// <returns>[1, K, m, H] each, on the cache's own memory; the last n are the new ones.</returns>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values, int? window)
    {
        var added = (int)keys.size(0);
        Reserve(keys, values, added, window);
        using (var scope = NewDisposeScope())
        {
            _keys!.narrow(1, _start + _count - added, added).copy_(keys.transpose(0, 1));
            _values!.narrow(1, _start + _count - added, added).copy_(values.transpose(0, 1));
        }

        return (_keys.narrow(1, _start, _count).unsqueeze(0), _values.narrow(1, _start, _count).unsqueeze(0));
    }

    /// <summary>Makes room for one token, which the caller writes behind the others, and tells where.</summary>
    /// <param name="keys">[T, K, H]: sizes and type.</param>
    /// <param name="values">[T, K, H or another size]: sizes and type.</param>
    /// <param name="window">As in <see cref="Append"/>.</param>
    public CacheMemory Extend(Tensor keys, Tensor values, int? window)
    {
        Reserve(keys, values, 1, window);
        return new(Ops.DataPointer(_keys!), Ops.DataPointer(_values!), (int)_keys!.size(1), _start, _count);
    }

    /// <summary>A state under a name of the layer's choosing, or null before the first token.</summary>
    public Tensor? State(string name) => _states.GetValueOrDefault(name);

    /// <summary>Replaces a state. The cache owns it from now on.</summary>
    public void SetState(string name, Tensor state)
    {
        if (_states.Remove(name, out var old)) old.Dispose();
        _states[name] = state.DetachFromDisposeScope();
    }

    public void Clear()
    {
        _keys?.Dispose();
        _values?.Dispose();
        foreach (var state in _states.Values) state.Dispose();
        _states.Clear();
        (_keys, _values, _start, _count) = (null, null, 0, 0);
    }

    /// <summary>Forgets what is outside of the window and counts the new tokens in.</summary>
    private void Reserve(Tensor keys, Tensor values, int added, int? window)
    {
        if (window is { } w && _count > w - 1)
        {
            _start += _count - (w - 1);
            _count = w - 1;
        }

        // A long prompt fills a large buffer, of which a window needs little afterwards.
        var isWasteful = window is not null && _keys is not null && _keys.size(1) > 4L * (_count + added) + SmallestCapacity;
        if (_keys is null || _start + _count + added > _keys.size(1) || isWasteful)
        {
            Grow(ref _keys, keys, added);
            Grow(ref _values, values, added);
            _start = 0;
        }

        _count += added;
    }

    /// <summary>A larger buffer with what is kept at its front.</summary>
    private void Grow(ref Tensor? buffer, Tensor example, int added)
    {
        using var scope = NewDisposeScope();
        var capacity = Math.Max(2L * (_count + added), SmallestCapacity);
        var grown = empty([example.size(1), capacity, example.size(2)], dtype: example.dtype, device: example.device); // [K, capacity, H]
        if (buffer is not null && _count > 0) grown.narrow(1, 0, _count).copy_(buffer.narrow(1, _start, _count));
        buffer?.Dispose();
        buffer = grown.DetachFromDisposeScope();
    }
}
