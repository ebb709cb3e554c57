namespace TrlSharp.Adapters;

/// <summary>Switches the applied adapters off, and on again when it is disposed.</summary>
internal sealed class AdapterPause : IDisposable
{
    private readonly List<LoraAdapter> _paused;

    public AdapterPause(IEnumerable<LoraAdapter> adapters)
    {
        _paused = [.. adapters.Where(adapter => adapter.IsApplied)];
        foreach (var adapter in _paused) adapter.IsApplied = false;
    }

    public void Dispose()
    {
        foreach (var adapter in _paused) adapter.IsApplied = true;
        _paused.Clear();
    }
}
