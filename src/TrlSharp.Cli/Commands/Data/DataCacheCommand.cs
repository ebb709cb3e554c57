using System.CommandLine;
using System.Globalization;
using TrlSharp.Cache;
using TrlSharp.Sft;

namespace TrlSharp.Cli.Commands.Data;

/// <summary><c>trlsharp data cache</c>: what prepared data are kept, and how to be rid of them.</summary>
internal static class DataCacheCommand
{
    public static Command Create(Terminal terminal)
    {
        var folder = OptionNames.Create<string>("--data_cache", "The folder; auto: the user's cache folder.");
        folder.DefaultValueFactory = _ => "auto";
        var clear = OptionNames.Create<bool>("--clear", "Remove all but what was used within the last hour.");
        var command = new Command("cache", "List the prepared data that are kept, the latest used first, or remove them (--clear). They may be removed at any time; runs prepare anew what they do not find.") { folder, clear };
        command.SetAction(parsed => Run(terminal, parsed.GetValue(folder)!, parsed.GetValue(clear)));
        return command;
    }

    private static int Run(Terminal terminal, string setting, bool clear)
    {
        var folder = SftData.CacheFolder(setting) ?? throw new ConfigException($"data_cache {setting} names no folder. Give one: trlsharp data cache --data_cache FOLDER");
        var cache = new PreparationCache(folder);
        var removed = clear ? cache.Clear() : [];
        foreach (var file in removed) terminal.Line(Text($"removed  {Line(file)}"));
        var files = cache.Files();
        foreach (var file in files) terminal.Line(Line(file));
        terminal.Line(Text($"{folder}: {files.Count:N0} prepared data sets, {files.Sum(f => f.Length) / 1e6:N1} MB{(clear ? Text($"; {removed.Count:N0} removed, {removed.Sum(f => f.Length) / 1e6:N1} MB") : "")}"));
        return ExitCode.Done;
    }

    private static string Line(CachedFile file) => Text($"{file.LastUsed:yyyy-MM-dd HH:mm} UTC  {file.Length / 1e6,10:N1} MB  {Path.GetFileName(file.Path)}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
