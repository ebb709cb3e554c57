using TorchSharp.Modules;
using TrlSharp.Checkpoints;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Models.Weights;

/// <summary>Parameters from a checkpoint. What is missing, of another shape or left over is collected and reported in one message.</summary>
/// <param name="checkpoint">The files.</param>
/// <param name="type">Element type of the model; tensors stored in it are not copied.</param>
/// <param name="device">Where the model runs.</param>
internal sealed class CheckpointParameters(Checkpoint checkpoint, ScalarType type, Device device) : IParameterSource
{
    private const int MostProblems = 1000;

    /// <summary>Outer modules whose name is absent from files that were saved without the language-model head.</summary>
    private static readonly string[] BaseModels = ["model.", "transformer.", "gpt_neox."];

    /// <summary>Constants that old versions stored: rotary frequencies and causal masks.</summary>
    private static readonly string[] Constants = [".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias"];

    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<string> _missing = [];
    private readonly List<string> _misshapen = [];

    public bool Contains(string name) => checkpoint.Contains(StoredName(name));

    public bool Differ(string name, string other)
    {
        if (!Contains(name) || !Contains(other)) return false;
        using var scope = NewDisposeScope();
        var (a, b) = (Read(StoredName(name)), Read(StoredName(other)));
        return !(a.dtype == b.dtype && a.shape.SequenceEqual(b.shape) && a.eq(b).all().item<bool>());
    }

    public string StoredName(string name)
    {
        if (checkpoint.Contains(name)) return name;
        var prefix = BaseModels.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        return prefix is not null && checkpoint.Contains(name[prefix.Length..]) ? name[prefix.Length..] : name;
    }

    public Parameter Get(string name, ReadOnlySpan<long> shape, InitialValue initial)
    {
        using var scope = NewDisposeScope();
        var stored = StoredName(name);
        _used.Add(stored);
        if (!checkpoint.Contains(stored)) return StandIn(_missing, stored);
        var found = checkpoint.FileOf(stored).Entry(stored);
        if (!shape.SequenceEqual(found.Shape.ToArray()))
            return StandIn(_misshapen, $"{stored} is [{string.Join(", ", found.Shape)}] instead of [{string.Join(", ", shape.ToArray())}]");
        var tensor = Read(stored).to(type, device);
        return (Parameter)nn.Parameter(tensor).DetachFromDisposeScope();
    }

    /// <summary>Reports everything that is wrong.</summary>
    /// <param name="folder">The model folder, for the message.</param>
    /// <param name="store">What the model asked for.</param>
    public void ThrowIfIncomplete(string folder, ParameterStore store)
    {
        _used.UnionWith(store.Aliases.Select(alias => alias.Name));
        bool IsKnown(string name) => _used.Contains(name)
            || Constants.Any(c => name.EndsWith(c, StringComparison.Ordinal)) || store.Ignored.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
        var unexpected = checkpoint.Names.Where(name => !IsKnown(name)).Order(StringComparer.Ordinal).ToList();
        if (_missing.Count + _misshapen.Count + unexpected.Count == 0) return;
        var parts = new List<string>();
        if (_missing.Count > 0) parts.Add($"missing: {Some(_missing)}");
        if (_misshapen.Count > 0) parts.Add($"wrong shape: {Some(_misshapen)}");
        if (unexpected.Count > 0) parts.Add($"unexpected: {Some(unexpected)}");
        throw new ModelFolderException($"The tensors in {folder} do not fit its config.json. {string.Join("; ", parts)}.");
    }

    private Tensor Read(string stored)
    {
        NativeLibraries.EnsureLoaded();
        return checkpoint.FileOf(stored).Read(stored);
    }

    private Parameter StandIn(List<string> problems, string problem)
    {
        problems.Add(problem);
        // A config that claims millions of layers must not fill the memory with complaints.
        if (problems.Count >= MostProblems) throw new ModelFolderException($"More than {MostProblems} tensors do not fit config.json, for example {Some(problems)}.");
        return (Parameter)nn.Parameter(empty(0, dtype: type)).DetachFromDisposeScope();
    }

    private static string Some(List<string> names)
    {
        const int Shown = 8;
        return string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : "");
    }
}
