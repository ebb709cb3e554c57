using System.Globalization;
using System.Text.RegularExpressions;
using TrlSharp.Models.Layers;

namespace TrlSharp.Adapters;

/// <summary>Which modules a config means (peft 0.21: <c>check_target_module_exists</c>, <c>get_pattern_key</c>, <c>_maybe_include_all_linear_layers</c>).</summary>
internal static class LoraTargets
{
    /// <summary>Patterns come from downloaded files: one that runs wild is stopped.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Whether the module gets a low-rank addition.</summary>
    /// <param name="config">The config.</param>
    /// <param name="path">The module's path.</param>
    /// <param name="module">The module.</param>
    /// <param name="head">The output head, which "all-linear" leaves out.</param>
    public static bool IsTarget(LoraConfig config, string path, IModule module, Linear head)
    {
        if (module is not (Linear or Embedding) || IsExcluded(config, path)) return false;
        if (config.TargetPattern is { } pattern) return Matches(path, $@"\A(?:{pattern})\z");
        if (config.TargetModules is [var only] && only.Equals(LoraConfig.AllLinear, StringComparison.OrdinalIgnoreCase))
            return module is Linear linear && linear != head && IsInLayers(config, path);
        return config.TargetModules.Contains(path) || (config.TargetModules.Any(name => IsNamed(path, name)) && IsInLayers(config, path));
    }

    /// <summary>Whether <see cref="LoraConfig.TargetParameters"/> names the parameter. Nothing else of the config restricts it, as in PEFT.</summary>
    public static bool IsTargetParameter(LoraConfig config, string path) => config.TargetParameters.Any(name => IsNamed(path, name));

    private static bool IsExcluded(LoraConfig config, string path) =>
        config.ExcludeModules.Any(name => IsNamed(path, name)) || (config.ExcludePattern is { } pattern && Matches(path, $@"\A(?:{pattern})\z"));

    /// <summary>
    /// Whether the module is trained whole: its own path, or that of a module around it, ends with one of the names (peft 0.21, <c>_set_trainable</c>).
    /// </summary>
    public static bool IsSaved(LoraConfig config, string path) => config.ModulesToSave.Any(name => IsInside(path, name));

    /// <summary>Whether the path, cut off behind one of its parts or not at all, ends with the name.</summary>
    public static bool IsInside(string path, string name)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
            if (path.AsSpan(0, end).EndsWith(name, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>The path is the name, or ends with a dot and the name.</summary>
    public static bool IsNamed(string path, string name) =>
        path.EndsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[path.Length - name.Length - 1] == '.');

    public static int RankOf(LoraConfig config, string path) => Find(config.RankPattern, path, config.Rank);

    /// <summary>α / rank or α / √rank, with the values of that module.</summary>
    public static double ScalingOf(LoraConfig config, string path)
    {
        var (alpha, rank) = (Find(config.AlphaPattern, path, config.Alpha), RankOf(config, path));
        return config.UseRslora ? alpha / Math.Sqrt(rank) : alpha / rank;
    }

    private static T Find<T>(IReadOnlyList<KeyValuePair<string, T>> patterns, string path, T fallback)
    {
        foreach (var (pattern, value) in patterns)
            if (Matches(path, $@"\A(?:.*\.)?(?:{pattern})\z")) return value;
        return fallback;
    }

    private static bool IsInLayers(LoraConfig config, string path)
    {
        if (config.LayersToTransform is not { } layers) return true;
        string[] patterns = config.LayersPattern.Count == 0 ? [@"\A.*\.[^.]*\.(\d+)\."] : [.. config.LayersPattern.Select(name => $@"\A.*\.{name}\.(\d+)\.")];
        foreach (var pattern in patterns)
            if (Match(path, pattern) is { Success: true } match) return layers.Contains(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        return false;
    }

    private static bool Matches(string path, string pattern) => Match(path, pattern).Success;

    private static Match Match(string path, string pattern)
    {
        try
        {
            return Regex.Match(path, pattern, RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            throw new ModelFolderException($"The regular expression {pattern} of the adapter's config cannot be used: {e.Message}", e);
        }
    }
}
