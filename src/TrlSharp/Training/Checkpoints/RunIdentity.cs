using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TrlSharp.Models;
using TrlSharp.Native;
using TrlSharp.Packing;
using static TorchSharp.torch;

namespace TrlSharp.Training.Checkpoints;

/// <summary>What a run must have in common with the checkpoint that it resumes, so that it goes on to the bit.</summary>
/// <param name="Settings">Everything that decides the result, as JSON.</param>
/// <param name="Data">Counts and SHA-256 of the prepared rows, as JSON.</param>
/// <param name="Frozen">SHA-256 of the parameters that do not train: a checkpoint of an adapter does not hold them.</param>
internal sealed record RunIdentity(string Settings, string Data, string Frozen)
{
    /// <summary>One line per difference; none if a run may go on.</summary>
    public IReadOnlyList<string> DifferencesFrom(RunIdentity saved) =>
    [
        .. SettingsText.Differences(saved.Settings, Settings),
        .. SettingsText.Differences(saved.Data, Data).Select(d => $"data: {d}"),
        .. saved.Frozen == Frozen ? [] : (string[])["model: the parameters that do not train have other values; the base model was changed or exchanged"],
    ];

    /// <param name="settings">Of the method, without those that may change between the parts of a run.</param>
    /// <param name="model">How it computes counts as well.</param>
    public static string SettingsOf(object settings, ICausalLM model) => SettingsText.ToJson(new
    {
        Settings = settings,
        Model = model is CausalLM lm ? new { Type = lm.Dtype, lm.RecomputeActivations, lm.EmbeddingNoise, Adapters = lm.Adapters.Select(a => a.Config).ToList() } : null,
    });

    /// <summary>Rows by what they hold, in their order, for every set.</summary>
    public static string DataOf(IEnumerable<(string Name, IReadOnlyList<PackedRow> Rows)> sets) => SettingsText.ToJson(sets.ToDictionary(set => set.Name, set => DataOf(set.Rows)));

    /// <summary>Of all parameters without a gradient.</summary>
    public static string FrozenOf(ICausalLM model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var withoutGraph = no_grad();
        foreach (var (name, value) in model.Parameters.Where(p => !p.Value.requires_grad)) Append(hash, name, value);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static unsafe void Append(IncrementalHash hash, string name, Tensor value)
    {
        const long Slice = 1 << 30;
        using var scope = NewDisposeScope();
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{name} {value.dtype} [{string.Join(",", value.shape)}]"));
        var plain = value.detach().cpu().contiguous();
        var data = Ops.DataPointer(plain);
        for (long at = 0, size = plain.numel() * plain.element_size(); at < size; at += Slice) hash.AppendData(new ReadOnlySpan<byte>((byte*)data + at, (int)Math.Min(Slice, size - at)));
        GC.KeepAlive(plain);
    }

    private static DataSummary DataOf(IReadOnlyList<PackedRow> rows)
    {
        var (tokens, trained) = (0L, 0L);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rows)
        {
            Append(hash, [row.Sequences.Count]);
            foreach (var sequence in row.Sequences)
            {
                Append(hash, [sequence.Length]);
                Append<int>(hash, sequence.Tokens);
                Append<float>(hash, sequence.Weights);
                tokens += sequence.Length;
                foreach (var weight in sequence.Weights)
                    if (weight > 0) trained++;
            }

            if (row.Tree is { } tree) Append<RowSegment>(hash, tree.Segments.ToArray());
        }

        return new(rows.Count, tokens, trained, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static void Append<T>(IncrementalHash hash, ReadOnlySpan<T> values)
        where T : unmanaged => hash.AppendData(MemoryMarshal.AsBytes(values));

    private sealed record DataSummary(int Rows, long Tokens, long Trained, string Sha256);
}
