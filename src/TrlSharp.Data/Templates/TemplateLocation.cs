namespace TrlSharp.Templates;

/// <summary>A chat template by what a user writes for it.</summary>
public static class TemplateLocation
{
    /// <summary>Reads a template.</summary>
    /// <param name="given">The name of a built-in template, a file, a model folder, or the name of a model in the hub's cache; the first that fits.</param>
    /// <param name="specialTokens">For a template that does not come with a model.</param>
    /// <param name="templateName">Which of several templates of a folder; null: <c>default</c>, or the only one.</param>
    /// <exception cref="ConfigException">It is none of them.</exception>
    /// <exception cref="TemplateException">The source is not a template.</exception>
    /// <exception cref="ModelFolderException">The folder has no template.</exception>
    public static ChatTemplate Load(string given, IReadOnlyDictionary<string, string> specialTokens, string? templateName = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(given);
        if (BuiltInTemplates.Find(given) is { } builtIn) return ChatTemplate.Parse(builtIn, given, specialTokens);
        if (File.Exists(given)) return ChatTemplate.Parse(File.ReadAllText(given), given, specialTokens);
        return ChatTemplate.Load(Model(given), templateName);
    }

    /// <summary>The model folder that is meant; null where a built-in template or a file is.</summary>
    /// <param name="given">As for <see cref="Load"/>.</param>
    /// <exception cref="ConfigException">It is none of them.</exception>
    public static string? Folder(string given)
    {
        ArgumentException.ThrowIfNullOrEmpty(given);
        return BuiltInTemplates.Find(given) is not null || File.Exists(given) ? null : Model(given);
    }

    private static string Model(string given)
    {
        try
        {
            return HubCache.Model(given);
        }
        catch (ConfigException e)
        {
            throw new ConfigException(
                $"chat_template_path: {given} is no file, no model folder and no built-in template ({string.Join(", ", BuiltInTemplates.Names)}), and no model of that name is in the hub's cache.", e);
        }
    }
}
