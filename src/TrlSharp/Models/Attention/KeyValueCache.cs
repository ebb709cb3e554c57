namespace TrlSharp.Models.Attention;

/// <summary>What a model remembers of one sequence, so that the next tokens need no second pass over it.</summary>
internal sealed class KeyValueCache
{
    private readonly LayerCache[] _layers;

    public KeyValueCache(int layers)
    {
        _layers = new LayerCache[layers];
        for (var i = 0; i < layers; i++) _layers[i] = new();
    }

    /// <summary>Tokens that were read so far.</summary>
    public int Length { get; set; }

    public LayerCache Layer(int index) => _layers[index];

    /// <summary>Forgets everything and frees the memory.</summary>
    public void Clear()
    {
        foreach (var layer in _layers) layer.Clear();
        Length = 0;
    }
}
