namespace TrlSharp.Checkpoints;

/// <summary>What saving a checkpoint or a model asks of the file system, step by step, so that a test can let any of the steps fail.</summary>
internal interface IDisk
{
    /// <summary>A new folder in an existing one.</summary>
    void CreateFolder(string path);

    /// <summary>A new file, open for writing.</summary>
    /// <param name="path">Where there is none yet.</param>
    /// <param name="size">Bytes to reserve at once, so that a full disk is noticed before anything is written; 0 where the size is not known.</param>
    Stream Create(string path, long size = 0);

    /// <summary>Returns once the bytes of the file are on the device.</summary>
    void Flush(Stream file);

    /// <summary>Returns once the names in the folder are on the device.</summary>
    void FlushFolder(string path);

    /// <summary>Renames a folder; there is none of the new name.</summary>
    void MoveFolder(string from, string to);

    /// <summary>Renames a file; there is none of the new name.</summary>
    void MoveFile(string from, string to);

    /// <summary>Removes a folder and everything in it.</summary>
    void DeleteFolder(string path);
}
